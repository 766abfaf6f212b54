package io.dbops.retry.torture;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.slf4j.LoggerFactory;

/**
 * The pools, and several lines from each to its server: what was sent over one that is cut may arrive after what was
 * sent over another. The watches have none of them.
 */
final class Lines implements AutoCloseable {

    private static final int LINES = 6;

    /** Tells of each connection that is lost, with where. Here that is what is meant to happen. */
    private static final Logger POOLS = (Logger) LoggerFactory.getLogger("com.zaxxer.hikari");

    private final Aims aims;
    private final Map<String, List<FaultProxy>> lines = new LinkedHashMap<>();
    private final List<HikariDataSource> pools = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();

    Lines(EmbeddedCluster cluster, Aims aims) {
        this.aims = aims;
        POOLS.setLevel(Level.ERROR);
        for (EmbeddedNode node : cluster.nodes()) {
            var own = new ArrayList<FaultProxy>();
            lines.put(node.name(), own);
            for (int i = 0; i < LINES; i++) {
                own.add(FaultProxy.to("127.0.0.1", node.port()));
            }
            HikariDataSource pool = pool(over(own, node));
            pools.add(pool);
            nodes.add(Node.of(node.name(), pool, node.dataSource()));
        }
    }

    private static HikariDataSource pool(DataSource dataSource) {
        var config = new HikariConfig();
        config.setDataSource(dataSource);
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(3_000);
        config.setValidationTimeout(500);
        config.setInitializationFailTimeout(-1);
        return new HikariDataSource(config);
    }

    private DataSource over(List<FaultProxy> own, EmbeddedNode node) {
        var next = new AtomicInteger();
        return proxy(DataSource.class, (self, method, args) -> switch (method.getName()) {
            case "getConnection" -> open(own.get(Math.floorMod(next.getAndIncrement(), own.size())), node);
            case "getLoginTimeout" -> 0;
            case "toString" -> "lines to " + node;
            default -> null;
        });
    }

    private Connection open(FaultProxy line, EmbeddedNode node) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", node.user());
        properties.setProperty("password", node.password());
        properties.setProperty("readOnlyMode", "always");
        properties.setProperty("connectTimeout", "1");
        properties.setProperty("socketTimeout", "1");
        Connection connection =
                DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + line.port() + "/app", properties);
        return proxy(
                Connection.class,
                (self, method, args) -> method.getName().equals("commit")
                        ? aims.commit(line, () -> call(connection, method, args))
                        : call(connection, method, args));
    }

    private static Object call(Connection connection, Method method, Object[] args) throws Throwable {
        try {
            return method.invoke(connection, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    List<FaultProxy> to(EmbeddedNode node) {
        return lines.get(node.name());
    }

    void heal() {
        lines.values().forEach(own -> own.forEach(FaultProxy::heal));
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
        lines.values().forEach(own -> own.forEach(FaultProxy::close));
        POOLS.setLevel(null);
    }
}
