package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.LENIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that hangs in the midst of a statement does not keep the application. */
@DbOpsCluster(replicas = 1)
@Timeout(120)
class StatementDeadlineTest {

    private static final Duration DEADLINE = Duration.ofMillis(700);

    /** Nothing else gives a statement up: neither the watch nor a grace is so quick. */
    private static final LagAwareRouting ROUTING = LENIENT.answeringWithin(Duration.ofSeconds(10))
            .abandoningAfter(Duration.ofMinutes(5))
            .waitingForPrimary(Duration.ofSeconds(20))
            .statementsWithin(DEADLINE);

    private final EmbeddedCluster cluster;

    StatementDeadlineTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    private RoutedPair pair() throws SQLException {
        return RoutedPair.over(cluster, ROUTING, config -> {});
    }

    @Test
    void aReadOnAFrozenReplicaFailsInTimeAndTheNextOneGoesElsewhere() throws Exception {
        try (RoutedPair pair = pair()) {
            Connection connection = pair.onReplica();
            pair.replica.freeze();
            try {
                assertThatThrownBy(() -> number(connection, COUNT))
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "08006");
                connection.close();
                assertThat(pair.connectionsInUse("db-2")).isZero();
            } finally {
                pair.replica.thaw();
            }
            await(
                    "it serves again",
                    () -> read(pair.session.dataSource(), COUNT).node().equals("db-2"));
        }
    }

    @Test
    void aWriteOnAFrozenPrimaryFailsInTimeAndKeepsItsSessionThereUntilItIsDecided() throws Exception {
        try (RoutedPair pair = pair()) {
            await(
                    "the replica serves",
                    () -> read(pair.session.dataSource(), COUNT).node().equals("db-2"));
            try (Connection connection = pair.session.dataSource().getConnection()) {
                // On a connection that was taken before, with the deadline on it.
                number(connection, COUNT);
                cluster.primary().freeze();
                try {
                    assertThatThrownBy(() -> connection.createStatement().execute("insert into t values (1)"))
                            .isInstanceOf(SQLException.class)
                            .hasFieldOrPropertyWithValue("SQLState", "08006");
                    assertThat(pair.session
                                    .explain(Consistency.session())
                                    .decision()
                                    .orElseThrow()
                                    .reason())
                            .isEqualTo(Reason.WRITE_OUTCOME_UNKNOWN);
                } finally {
                    cluster.primary().thaw();
                }
            }
            await("the server has decided, and the session goes to the replica again", () -> {
                int onPrimary = pair.countOnPrimary();
                Queries.Answer own = read(pair.session.dataSource(), COUNT);
                assertThat(own.value()).isGreaterThanOrEqualTo(onPrimary);
                return own.node().equals("db-2");
            });
        }
    }

    @Test
    void theApplicationsOwnDeadlineWins() throws Exception {
        try (RoutedPair pair = pair();
                Connection connection = pair.routed.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, 30_000);
            long slept = DEADLINE.toMillis() * 2;
            execute(connection, "select pg_sleep(" + slept + " / 1000.0)");
            assertThat(connection.getNetworkTimeout()).isEqualTo(30_000);
        }
    }

    @Test
    void theApplicationsOwnDeadlineWinsOnAReplicaToo() throws Exception {
        try (RoutedPair pair = pair()) {
            await("a replica serves", () -> {
                try (Connection connection = pair.session.dataSource().getConnection()) {
                    connection.setNetworkTimeout(Runnable::run, 30_000);
                    connection.setReadOnly(true);
                    number(connection, COUNT);
                    assertThat(connection.getNetworkTimeout()).isEqualTo(30_000);
                    return RoutedPair.node(connection).equals("db-2");
                }
            });
        }
    }

    @Test
    void itHoldsEachTimeAConnectionIsTakenFromThePool() throws Exception {
        try (RoutedPair pair = pair()) {
            for (int i = 0; i < 5; i++) {
                try (Connection connection = pair.routed.getConnection()) {
                    assertThat(connection.getNetworkTimeout()).isEqualTo(DEADLINE.toMillis());
                }
            }
            try (Connection pooled = pair.pools.pool("db-1").getConnection()) {
                assertThat(pooled.getNetworkTimeout())
                        .as("the pool takes it back")
                        .isZero();
            }
        }
    }

    @Test
    void thereIsNoneByDefault() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster);
                Connection connection = pair.routed.getConnection()) {
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    @Test
    void aDeadlineOfNothingIsRejected() {
        assertThatThrownBy(() -> LENIENT.statementsWithin(Duration.ofNanos(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("statementsWithin (PT0.000000001S): must be 1 ms to 24 days");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
