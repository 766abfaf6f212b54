package io.dbops.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.NodePool;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A HikariCP pool over the connections of a node: the one place that says how such a pool is set up. */
record HikariPool(HikariDataSource dataSource) implements NodePool {

    /** Opens a pool of a fixed size, which connects in the background. */
    static HikariPool open(
            String application, Node.Addressed node, NodeConnections connections, int size, Duration wait) {
        return new HikariPool(
                start(config(application, node, connections, size, wait), node, connections, HikariDataSource::new));
    }

    /** What all pools have in common. */
    static HikariConfig config(String application, Node.Addressed node, DataSource opens, int size, Duration wait) {
        var config = new HikariConfig();
        config.setPoolName(application + "-" + node.name());
        config.setDataSource(opens);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1);
        return config;
    }

    /** Starts a pool that drops connections by what their errors mean. */
    static HikariDataSource start(
            HikariConfig config,
            Node.Addressed node,
            NodeConnections connections,
            Function<HikariConfig, HikariDataSource> opener) {
        var pool = new AtomicReference<@Nullable HikariDataSource>();
        config.setExceptionOverride(
                new EvictionRules(node.dialect().errors(), () -> connections.declaredReadOnly() >= inUse(pool.get())));
        HikariDataSource opened = opener.apply(config);
        pool.set(opened);
        return opened;
    }

    private static int inUse(@Nullable HikariDataSource pool) {
        return pool == null ? Integer.MAX_VALUE : pool.getHikariPoolMXBean().getActiveConnections();
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
