package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The physical connection, or its server, dies while a routed connection is in use. */
@DbOpsCluster(replicas = 1)
class LostConnectionTest {

    private final RoutedPair pair;

    LostConnectionTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster, RoutedPair.LENIENT, config -> config.setConnectionTimeout(1_000));
    }

    @AfterEach
    void close() {
        pair.close();
    }

    /** Ends the server's side of whatever the connection runs on, and returns when it is gone. */
    private void endBackendOf(Connection connection) throws Exception {
        EmbeddedNode node = pair.cluster.node(node(connection));
        int backend = number(connection, "select pg_backend_pid()");
        try (Connection superuser = node.connectAsSuperuser()) {
            number(superuser, "select pg_terminate_backend(" + backend + ")::int");
            await(
                    "the backend is gone",
                    () -> number(superuser, "select count(*) from pg_stat_activity where pid = " + backend) == 0);
        }
    }

    private static void isLost(SQLException error) {
        assertThat(error.getSQLState()).matches("08...|57P01");
    }

    @Test
    void theNextStatementGetsAnotherConnectionAndKeepsItsParameters() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("select ?::int")) {
            prepared.setInt(1, 7);
            assertThat(number(prepared)).isEqualTo(7);
            endBackendOf(connection);
            assertThatThrownBy(() -> number(prepared))
                    .isInstanceOfSatisfying(SQLException.class, LostConnectionTest::isLost);
            assertThat(number(prepared)).isEqualTo(7);
            assertThat(number(connection, COUNT)).isZero();
        }
    }

    @Test
    void aStatementWhoseParametersAreLostWithItsConnectionNeverRunsWithEarlierOnes() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("select ?::int")) {
            prepared.setInt(1, 7);
            assertThat(number(prepared)).isEqualTo(7);
            pair.writeUnseenByReplica();
            assertThat(number(prepared)).isEqualTo(7);
            assertThat(node(connection)).isEqualTo("db-1");

            prepared.setInt(1, 42);
            endBackendOf(connection);
            assertThatThrownBy(() -> number(prepared))
                    .isInstanceOfSatisfying(SQLException.class, LostConnectionTest::isLost);
            try {
                assertThat(number(prepared)).isEqualTo(42);
            } catch (SQLException refused) {
                assertThat(refused.getMessage()).as("what it was given is gone").contains("parameter");
            }
        }
    }

    @Test
    void aTransactionIsNotContinuedOnAnotherConnection() throws Exception {
        try (Connection connection = pair.session.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("insert into t values (1)");
            endBackendOf(connection);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> statement.executeUpdate("insert into t values (2)"))
                        .isInstanceOf(SQLException.class);
            }
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            statement.executeUpdate("insert into t values (3)");
            connection.commit();
            assertThat(number(connection, "select sum(id) from t")).isEqualTo(3);
        }
    }

    @Test
    void aConnectionOutlivesTheReplicaItReadFrom() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement(COUNT)) {
            prepared.setMaxRows(5);
            number(prepared);
            pair.replica.kill();
            await("the statement is served by the primary", () -> {
                try {
                    return number(prepared) == 0 && node(connection).equals("db-1");
                } catch (SQLException e) {
                    isLost(e);
                    return false;
                }
            });
            assertThat(prepared.getMaxRows()).isEqualTo(5);
        }
    }

    @Test
    void isValidOnlyWhileAServerAnswers() throws Exception {
        // Not closed one by one: a pool may complain of a dead connection that is given back.
        Connection reading = pair.onReplica();
        Connection writing = pair.routed.getConnection();
        Connection unused = pair.routed.getConnection();
        number(writing, COUNT);
        for (Connection connection : new Connection[] {reading, writing, unused}) {
            assertThat(connection.isValid(5)).isTrue();
        }
        pair.cluster.nodes().forEach(EmbeddedNode::kill);
        for (Connection connection : new Connection[] {reading, writing, unused}) {
            assertThat(connection.isValid(5)).isFalse();
        }
        assertThatThrownBy(() -> reading.isValid(-1)).isInstanceOf(SQLException.class);
    }
}
