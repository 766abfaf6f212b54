package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A server whose background writer, which writes the log out in the end, comes by as seldom as it can. */
@DbOpsCluster(
        replicas = 2,
        settings = {"bgwriter_delay=10s", "autovacuum=off"})
class UnwrittenLogTest {

    private static final String BEHIND = "select pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn()";

    private final EmbeddedCluster cluster;

    UnwrittenLogTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void rule02_whatAReadLeavesInThePrimarysLogKeepsNoReplicaFromASessionThatWrote() throws Exception {
        Pooled pools = Pooled.over(cluster);
        try (RoutedDataSource routed =
                LagAwareRouting.within(Duration.ofMinutes(1)).wrap(pools.nodes())) {
            execute(routed, "create table t as select generate_series(1, 1000) as n");
            execute(routed, "create table written (n int)");
            try (Connection connection = cluster.primary().connectAsSuperuser();
                    Statement primary = connection.createStatement()) {
                primary.execute("checkpoint");
                // The second sample comes a few milliseconds after the second write: after the read, which prunes what
                // the
                // update left and so must be short. Its commit would have the log written out in a moment; its rollback
                // has not.
                await("log was left", () -> {
                    primary.execute("vacuum t");
                    primary.execute("checkpoint");
                    primary.execute("update t set n = n + 1 where n % 2 = 0");
                    execute(routed, "insert into written values (1)");
                    execute(routed, "insert into written values (2)");
                    primary.execute("begin");
                    primary.executeQuery("select count(*) from t").close();
                    primary.execute("rollback");
                    return isTrue(primary, BEHIND) && isKeptOnPrimary(routed);
                });
                long start = System.nanoTime();
                await("a replica serves", () -> !read(routed, "select 1").node().equals("db-1"));
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            }
        } finally {
            pools.close();
        }
    }

    /** Whether reads stay on the primary for longer than a sample that replicas can reach would keep them there. */
    private static boolean isKeptOnPrimary(RoutedDataSource routed) throws SQLException {
        long start = System.nanoTime();
        while (System.nanoTime() - start < Duration.ofMillis(200).toNanos()) {
            if (!read(routed, "select 1").node().equals("db-1")) {
                return false;
            }
        }
        return true;
    }

    private static boolean isTrue(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
