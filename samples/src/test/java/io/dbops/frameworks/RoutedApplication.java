package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** dbops over a cluster, with pools that can be looked into. Closing leaves the cluster as it is. */
final class RoutedApplication implements AutoCloseable {

    static final String PRIMARY = "db-1";

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final EmbeddedCluster cluster;
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final DbOps db;

    RoutedApplication(EmbeddedCluster cluster) {
        this.cluster = cluster;
        // So lenient that only a session's own writes keep a read from a replica.
        var opening = DbOps.named("frameworks").routing(LagAwareRouting.within(Duration.ofMinutes(1)));
        for (EmbeddedNode node : cluster.nodes()) {
            HikariDataSource pool = pool(node);
            pools.add(pool);
            opening.node(node.name(), pool, node.dataSource());
        }
        db = opening.open();
    }

    private static HikariDataSource pool(EmbeddedNode node) {
        var config = new HikariConfig();
        config.setJdbcUrl(node.url());
        config.setUsername(node.user());
        config.setPassword(node.password());
        config.setMaximumPoolSize(5);
        config.setMinimumIdle(1);
        config.addDataSourceProperty("readOnlyMode", "always");
        return new HikariDataSource(config);
    }

    DataSource dataSource() {
        return db.dataSource();
    }

    /** How many units of work each node has served, or one of them: by name. */
    long unitsServedBy(String node) {
        return db.decisions().entrySet().stream()
                .filter(entry -> entry.getKey().node().equals(node))
                .mapToLong(entry -> entry.getValue())
                .sum();
    }

    long unitsServedByReplicas() {
        return unitsServedBy("db-2") + unitsServedBy("db-3");
    }

    static String node(Connection connection) throws SQLException {
        return connection.unwrap(RoutingDecision.class).node();
    }

    /** Asks a node itself, past everything under test. */
    int numberOn(EmbeddedNode node, String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getInt(1);
        }
    }

    int numberOnPrimary(String sql) throws SQLException {
        return numberOn(cluster.primary(), sql);
    }

    void executeOnPrimary(String... statements) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All replicas replay, have all that was committed, and serve the reads of a session that wrote nothing since. */
    void replicasServe() throws Exception {
        cluster.replicas().forEach(EmbeddedNode::resumeReplay);
        cluster.awaitCaughtUp(PATIENCE);
        for (EmbeddedNode replica : cluster.replicas()) {
            await(replica + " serves", () -> replica.name().equals(nodeOfARead()));
        }
    }

    private String nodeOfARead() throws SQLException {
        try (Connection connection = dataSource().getConnection()) {
            connection.setReadOnly(true);
            try (Statement statement = connection.createStatement()) {
                statement.executeQuery("select 1").close();
            }
            return node(connection);
        }
    }

    void everyConnectionIsGivenBack() {
        for (HikariDataSource pool : pools) {
            assertThat(pool.getHikariPoolMXBean().getActiveConnections())
                    .as("in use of %s", pool.getJdbcUrl())
                    .isZero();
        }
    }

    void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what + "\n" + db.topology() + db.decisions());
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        db.close();
        pools.forEach(HikariDataSource::close);
    }
}
