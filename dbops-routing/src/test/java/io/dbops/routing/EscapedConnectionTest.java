package io.dbops.routing;

import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;
import org.postgresql.core.BaseConnection;

/**
 * What leads to a physical connection past the wrapper keeps that connection out of other hands for as long as the
 * routed one is open.
 */
@DbOpsCluster(replicas = 1)
class EscapedConnectionTest {

    private final RoutedPair pair;

    EscapedConnectionTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private static int backend(Connection connection) throws SQLException {
        return number(connection, "select pg_backend_pid()");
    }

    /** The routed connection goes to the primary; what the replica's pool gives now is another connection. */
    private void leavesTheReplicaButKeeps(int backend, Connection connection) throws SQLException {
        pair.writeUnseenByReplica();
        assertThat(number(connection, COUNT)).isEqualTo(1);
        assertThat(node(connection)).isEqualTo("db-1");
        assertThat(pair.connectionsInUse("db-2")).as("kept").isEqualTo(1);
        try (Connection other = pair.pools.pool("db-2").getConnection()) {
            assertThat(backend(other)).isNotEqualTo(backend);
        }
    }

    @Test
    void anUnwrappedConnectionIsInNobodyElsesHands() throws Exception {
        try (Connection connection = pair.onReplica()) {
            PGConnection raw = connection.unwrap(PGConnection.class);
            leavesTheReplicaButKeeps(raw.getBackendPID(), connection);
            assertThat(connection.unwrap(PGConnection.class).getBackendPID())
                    .as("now of the primary")
                    .isNotEqualTo(raw.getBackendPID());
        }
        assertThat(pair.connectionsInUse("db-1") + pair.connectionsInUse("db-2"))
                .isZero();
    }

    @Test
    void theConnectionOfAnUnwrappedStatementIsInNobodyElsesHands() throws Exception {
        try (Connection connection = pair.onReplica()) {
            int backend = backend(connection);
            try (Statement statement = connection.createStatement()) {
                assertThat(statement.unwrap(PGStatement.class)).isNotNull();
            }
            leavesTheReplicaButKeeps(backend, connection);
        }
    }

    @Test
    void rowsOfMetaDataStayReadableAndTheirConnectionIsInNobodyElsesHands() throws Exception {
        try (Connection connection = pair.onReplica()) {
            int backend = backend(connection);
            try (ResultSet tables = connection.getMetaData().getTables(null, "public", "t", null)) {
                leavesTheReplicaButKeeps(backend, connection);
                assertThat(tables.next()).isTrue();
                assertThat(tables.getString("TABLE_NAME")).isEqualTo("t");
                assertThat(tables.getStatement()).isNull();
            }
        }
    }

    @Test
    void metaDataLeadsBackToTheRoutedConnectionAndFollowsIt() throws Exception {
        try (Connection connection = pair.onReplica()) {
            DatabaseMetaData metaData = connection.getMetaData();
            assertThat(metaData.getConnection()).isSameAs(connection);
            assertThat(metaData.getURL()).startsWith(pair.replica.url());
            pair.writeUnseenByReplica();
            number(connection, COUNT);
            assertThat(metaData.getURL()).startsWith(pair.cluster.primary().url());
            try (ResultSet tables = metaData.getTables(null, "public", "t", null)) {
                assertThat(tables.next()).isTrue();
            }
            assertThat(metaData.unwrap(DatabaseMetaData.class).getConnection()).isSameAs(connection);
        }
    }

    /** Some of it is looked up on the server when it is asked for. */
    @Test
    void metaDataOfRowsAsksNoConnectionThatSomebodyElseHas() throws Exception {
        try (RoutedPair one =
                        RoutedPair.over(pair.cluster, RoutedPair.LENIENT, config -> config.setMaximumPoolSize(1));
                Connection connection = one.onReplica()) {
            ResultSetMetaData columns;
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select id from t")) {
                columns = rows.getMetaData();
            }
            one.writeUnseenByReplica();
            assertThat(number(connection, COUNT)).isEqualTo(1);
            if (one.connectionsInUse("db-2") > 0) {
                return; // kept for the metadata
            }
            try (Connection other = one.pools.pool("db-2").getConnection()) {
                other.setAutoCommit(false);
                Throwable refusal = catchThrowable(() -> columns.isNullable(1));
                assertThat(other.unwrap(BaseConnection.class)
                                .getTransactionState()
                                .name())
                        .as("of the other, who has asked nothing yet (refused: %s)", refusal)
                        .isEqualTo("IDLE");
            }
        }
    }
}
