package io.dbops.benchmarks.failover;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.benchmarks.ServerPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A way to find the primary, each over HikariCP pools with the settings of {@link ServerPools}. */
enum Contender {

    /**
     * Set to notice a silent primary within half a second, and to keep nobody longer waiting at its pool: who waits there
     * is not sent elsewhere.
     */
    DBOPS("dbops") {
        @Override
        Opened open(EmbeddedCluster cluster) throws SQLException {
            return routed(
                    cluster,
                    LagAwareRouting.within(Duration.ofSeconds(1)).answeringWithin(Duration.ofMillis(250)),
                    Duration.ofMillis(500));
        }
    },

    /** As in the guide: a bound of two seconds and no more settings. */
    DBOPS_DEFAULTS("dbops, defaults") {
        @Override
        Opened open(EmbeddedCluster cluster) throws SQLException {
            return routed(cluster, LagAwareRouting.within(Duration.ofSeconds(2)), PATIENCE);
        }
    },

    /** pgJDBC with all hosts in the URL: each new connection tries them until one takes writes. */
    PGJDBC("pgJDBC targetServerType=primary") {
        @Override
        Opened open(EmbeddedCluster cluster) {
            // What is known of a host is not kept: every new connection looks for itself.
            var writing = new HashMap<>(ServerPools.IMPATIENT);
            writing.put("targetServerType", "primary");
            writing.put("hostRecheckSeconds", "0");
            var reading = new HashMap<>(ServerPools.IMPATIENT);
            reading.put("targetServerType", "preferSecondary");
            reading.put("hostRecheckSeconds", "0");
            reading.put("loadBalanceHosts", "true");
            String url = "jdbc:postgresql://" + hosts(cluster, true) + "/app";
            return Opened.of(
                    ServerPools.open("writes", url, cluster.primary(), writing, POOL_SIZE, PATIENCE),
                    ServerPools.open("reads", url, cluster.primary(), reading, POOL_SIZE, PATIENCE));
        }
    },

    /** The AWS wrapper's failover plugin of today. */
    AWS_FAILOVER2("AWS wrapper, failover2") {
        @Override
        Opened open(EmbeddedCluster cluster) {
            return wrapped(cluster, "failover2");
        }
    },

    /** Its first one, which the documentation still describes. */
    AWS_FAILOVER("AWS wrapper, failover") {
        @Override
        Opened open(EmbeddedCluster cluster) {
            return wrapped(cluster, "failover");
        }
    };

    private static final int POOL_SIZE = 10;

    /** How long callers wait for a connection: longer than a promotion takes, so that they need not fail. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Opens pools while the cluster is healthy. */
    abstract Opened open(EmbeddedCluster cluster) throws SQLException;

    /**
     * Where to write and where to read.
     *
     * @param writes for connections that write
     * @param reads for connections that are declared read-only, of clients that write nothing themselves
     * @param closing what closes what was opened, in this order
     */
    record Opened(DataSource writes, DataSource reads, List<Runnable> closing) implements AutoCloseable {

        private static Opened of(HikariDataSource writes, HikariDataSource reads) {
            return new Opened(writes, reads, List.of(writes::close, reads::close));
        }

        @Override
        public void close() {
            closing.forEach(Runnable::run);
        }
    }

    private static Opened routed(EmbeddedCluster cluster, LagAwareRouting routing, Duration connectionTimeout)
            throws SQLException {
        var properties = new HashMap<>(ServerPools.IMPATIENT);
        properties.put("readOnlyMode", "always");
        var nodes = new ArrayList<Node>();
        var closing = new ArrayList<Runnable>();
        for (EmbeddedNode node : cluster.nodes()) {
            HikariDataSource pool =
                    ServerPools.open(node.name(), node.url(), node, properties, POOL_SIZE, connectionTimeout);
            closing.add(pool::close);
            nodes.add(Node.of(node.name(), pool, unpooled(node)));
        }
        RoutedDataSource router = routing.wrap(nodes);
        closing.add(0, router::close);
        return new Opened(router, router.session().dataSource(), closing);
    }

    private static DataSource unpooled(EmbeddedNode node) throws SQLException {
        var dataSource = new PGSimpleDataSource();
        dataSource.setUrl(node.url());
        dataSource.setUser(node.user());
        dataSource.setPassword(node.password());
        for (Map.Entry<String, String> property : ServerPools.IMPATIENT.entrySet()) {
            dataSource.setProperty(property.getKey(), property.getValue());
        }
        return dataSource;
    }

    private static Opened wrapped(EmbeddedCluster cluster, String plugin) {
        var writing = new HashMap<>(ServerPools.IMPATIENT);
        writing.put("wrapperDialect", "pg");
        writing.put("wrapperPlugins", plugin);
        writing.put("failoverMode", "strict-writer");
        writing.put("failoverTimeoutMs", "10000");
        // Else only a connection that breaks in use fails over, and the pool opens none.
        writing.put("enableConnectFailover", "true");
        var reading = new HashMap<>(writing);
        reading.put("failoverMode", "reader-or-writer");
        return Opened.of(
                ServerPools.open(
                        "aws-writes", wrappedUrl(cluster, true), cluster.primary(), writing, POOL_SIZE, PATIENCE),
                ServerPools.open(
                        "aws-reads", wrappedUrl(cluster, false), cluster.primary(), reading, POOL_SIZE, PATIENCE));
    }

    private static String wrappedUrl(EmbeddedCluster cluster, boolean primaryFirst) {
        return "jdbc:aws-wrapper:postgresql://" + hosts(cluster, primaryFirst) + "/app";
    }

    private static String hosts(EmbeddedCluster cluster, boolean primaryFirst) {
        var nodes = new ArrayList<>(cluster.replicas());
        nodes.add(primaryFirst ? 0 : nodes.size(), cluster.primary());
        return nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
    }
}
