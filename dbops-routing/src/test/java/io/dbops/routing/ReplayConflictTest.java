package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads that replay on a standby cancels: what it applies removes what they look at. */
@DbOpsCluster(
        replicas = 2,
        settings = {"max_standby_streaming_delay=0", "hot_standby_feedback=off"})
class ReplayConflictTest {

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    ReplayConflictTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @BeforeEach
    void createTable() throws Exception {
        execute(cluster.primary().dataSource(), "drop table if exists t");
        execute(cluster.primary().dataSource(), "create table t as select generate_series(1, 10) as id");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
    }

    @AfterEach
    void restore() {
        pools.close();
    }

    private static Connection onReplica(RoutedDataSource routed) throws Exception {
        var found = new Connection[1];
        await("a replica serves", () -> {
            Connection connection = routed.session().dataSource().getConnection();
            connection.setReadOnly(true);
            number(connection, "select count(*) from t");
            if (!node(connection).equals("db-1")) {
                found[0] = connection;
                return true;
            }
            connection.close();
            return false;
        });
        return found[0];
    }

    private static String node(Connection connection) throws SQLException {
        return connection.unwrap(RoutingDecision.class).node();
    }

    /** Runs a read that takes long on the replica, and empties the table on the primary meanwhile. */
    private <T> T cancelled(String replica, CompletableFuture<T> read) throws Exception {
        try (Connection asking = cluster.node(replica).connectAsSuperuser()) {
            await(
                    "the read runs",
                    () -> number(
                                    asking,
                                    "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep%'"
                                            + " and pid <> pg_backend_pid()")
                            > 0);
        }
        execute(cluster.primary().dataSource(), "truncate t");
        return read.get(20, TimeUnit.SECONDS);
    }

    private static int query(Connection connection, int parameter) {
        try (PreparedStatement statement = connection.prepareStatement(
                "select count(*) + ? from t, (select pg_sleep(case when exists (select from t) then 5 else 0 end)) s")) {
            statement.setInt(1, parameter);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e.getSQLState() + ": " + e.getMessage(), e);
        }
    }

    private static int plainQuery(Connection connection) {
        try {
            return number(
                    connection,
                    "select count(*) + 0 from t,"
                            + " (select pg_sleep(case when exists (select from t) then 5 else 0 end)) s");
        } catch (SQLException e) {
            throw new IllegalStateException(e.getSQLState() + ": " + e.getMessage(), e);
        }
    }

    @Test
    void aPreparedReadGoesElsewhereByItself() throws Exception {
        try (RoutedDataSource routed = RoutedPair.LENIENT.wrap(pools.nodes());
                Connection connection = onReplica(routed)) {
            String replica = node(connection);
            int answer = cancelled(replica, CompletableFuture.supplyAsync(() -> query(connection, 1_000)));
            assertThat(answer).isBetween(1_000, 1_010);
            assertThat(node(connection)).isNotEqualTo(replica);
            assertThat(pools.pool(replica).getHikariPoolMXBean().getActiveConnections())
                    .as("nothing is left behind")
                    .isZero();
        }
    }

    @Test
    void aPlainReadWithOneReplicaGoesToThePrimary() throws Exception {
        try (RoutedDataSource routed = RoutedPair.LENIENT.wrap(pools.nodes().subList(0, 2));
                Connection connection = onReplica(routed)) {
            int answer = cancelled("db-2", CompletableFuture.supplyAsync(() -> plainQuery(connection)));
            assertThat(answer).isZero();
            assertThat(connection.unwrap(RoutingDecision.class))
                    .isEqualTo(new RoutingDecision("db-1", Reason.REPLAY_CONFLICT));
        }
    }

    @Test
    void insideATransactionTheErrorPassesAndTheNextUnitAvoidsTheNode() throws Exception {
        try (RoutedDataSource routed = RoutedPair.LENIENT.wrap(pools.nodes());
                Connection connection = onReplica(routed)) {
            connection.setAutoCommit(false);
            number(connection, "select 1");
            String replica = node(connection);
            var read = CompletableFuture.supplyAsync(() -> plainQuery(connection));
            assertThatThrownBy(() -> cancelled(replica, read)).hasMessageContaining("40001");
            assertThat(node(connection)).isEqualTo(replica);
            connection.rollback();
            number(connection, "select 1");
            assertThat(node(connection)).isNotIn(replica, "db-1");
        }
    }

    @Test
    void aPoolThatDoesNotEnforceReadOnlyIsNotAskedOnThePrimary() throws Exception {
        pools.close();
        try (Pooled lax = Pooled.over(cluster, config -> config.addDataSourceProperty("readOnlyMode", "ignore"));
                RoutedDataSource routed = RoutedPair.LENIENT.wrap(lax.nodes().subList(0, 2));
                Connection connection = onReplica(routed)) {
            var read = CompletableFuture.supplyAsync(() -> plainQuery(connection));
            assertThatThrownBy(() -> cancelled("db-2", read)).hasMessageContaining("40001");
        }
    }
}
