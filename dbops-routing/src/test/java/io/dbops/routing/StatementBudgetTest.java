package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.RoutingDecision;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** No statement reaches a server but the application's, the watch's, and one stamp for each new connection. */
@DbOpsCluster(
        replicas = 2,
        settings = {"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on"})
class StatementBudgetTest {

    private static final int UNITS = 300;

    private final EmbeddedCluster cluster;

    StatementBudgetTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void theApplicationsConnectionsCarryNothingElse() throws Exception {
        try (Connection connection = cluster.primary().connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("create extension if not exists pg_stat_statements");
        }
        execute(cluster.primary().dataSource(), "create table t (n int)");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));

        try (Pooled plainPools = Pooled.over(cluster)) {
            reset();
            for (int i = 0; i < UNITS; i++) {
                write(plainPools.pool("db-1"));
                read(plainPools.pool("db-" + (1 + i % 3)));
            }
        }
        Map<String, Long> plain = statements();
        assertThat(plain).containsEntry("insert into t values ($1)", (long) UNITS);

        try (Pooled pools = Pooled.over(cluster)) {
            reset();
            try (RoutedDataSource routed =
                    LagAwareRouting.within(Duration.ofSeconds(2)).wrap(pools.nodes())) {
                for (int i = 0; i < UNITS; i++) {
                    write(routed);
                    read(routed);
                    if (i % 10 == 0) {
                        await("a replica serves", () -> read(routed));
                    }
                }
                Map<String, Long> routedOnly = new TreeMap<>(statements());
                long reads = routedOnly.remove("select count(*) from t where n = $1");
                long served = routed.decisions().values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
                assertThat(reads).isEqualTo(served - UNITS);
                routedOnly.keySet().removeAll(plain.keySet());
                Map<String, Long> stamps = take(routedOnly, "pg_backend_pid()");
                Map<String, Long> watch = take(routedOnly, "pg_stat_wal_receiver");
                Map<String, Long> looksAtPools = take(routedOnly, "select current_setting($1)::boolean");
                assertThat(routedOnly)
                        .as("statements that nothing accounts for")
                        .isEmpty();
                assertThat(sum(watch)).isPositive();
                assertThat(sum(looksAtPools))
                        .as("once for each pool, when it is opened")
                        .isEqualTo(3);
                long connections = cluster.nodes().stream()
                        .mapToLong(node ->
                                pools.pool(node.name()).getHikariPoolMXBean().getTotalConnections())
                        .sum();
                assertThat(sum(stamps)).isPositive().isLessThanOrEqualTo(connections);
            }
        }
    }

    private static Map<String, Long> take(Map<String, Long> from, String part) {
        Map<String, Long> taken = from.entrySet().stream()
                .filter(entry -> entry.getKey().contains(part))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        from.keySet().removeAll(taken.keySet());
        return taken;
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    private static void write(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement insert = connection.prepareStatement("insert into t values (?)")) {
            insert.setInt(1, 1);
            insert.executeUpdate();
        }
    }

    private static boolean read(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            try (PreparedStatement select = connection.prepareStatement("select count(*) from t where n = ?")) {
                select.setInt(1, 1);
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                }
            }
            return !connection.isWrapperFor(RoutingDecision.class)
                    || !connection.unwrap(RoutingDecision.class).node().equals("db-1");
        }
    }

    private void reset() throws SQLException {
        for (EmbeddedNode node : cluster.nodes()) {
            try (Connection connection = node.connectAsSuperuser();
                    Statement statement = connection.createStatement()) {
                statement.execute("select pg_stat_statements_reset()");
            }
        }
    }

    /** What the role of the application sent to any server. */
    private Map<String, Long> statements() throws SQLException {
        var calls = new HashMap<String, Long>();
        for (EmbeddedNode node : cluster.nodes()) {
            try (Connection connection = node.connectAsSuperuser();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select s.query, s.calls from pg_stat_statements as s"
                            + " join pg_roles as r on r.oid = s.userid where r.rolname = 'app'")) {
                while (rows.next()) {
                    calls.merge(rows.getString(1), rows.getLong(2), Long::sum);
                }
            }
        }
        return calls;
    }
}
