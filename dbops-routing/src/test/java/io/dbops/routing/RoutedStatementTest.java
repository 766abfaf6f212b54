package io.dbops.routing;

import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Statements keep what JDBC promises of them while their connection changes nodes. */
@DbOpsCluster(replicas = 1)
class RoutedStatementTest {

    private final RoutedPair pair;

    RoutedStatementTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void parametersFollowAStatementToThePrimaryAndGiveWayToLaterOnes() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("select ?::int")) {
            prepared.setInt(1, 7);
            assertThat(number(prepared)).isEqualTo(7);
            assertThat(node(connection)).isEqualTo("db-2");

            pair.writeUnseenByReplica();
            assertThat(number(prepared)).isEqualTo(7);
            assertThat(node(connection)).isEqualTo("db-1");

            connection.setReadOnly(false);
            prepared.setInt(1, 42);
            assertThat(number(prepared)).isEqualTo(42);
        }
    }

    @Test
    void parametersOutliveDeclaringTheConnectionReadOnly() throws Exception {
        pair.onReplica().close();
        try (Connection connection = pair.session.dataSource().getConnection();
                PreparedStatement prepared = connection.prepareStatement("select ?::int")) {
            prepared.setInt(1, 7);
            connection.setReadOnly(true);
            assertThat(number(prepared)).isEqualTo(7);
        }
    }

    @Test
    void parametersOfEveryKindFollow() throws Exception {
        String sql = "select concat_ws(' ', ?::text, coalesce(?::text, 'null'), ?::timestamp, ?::bytea, ?::int[])";
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement(sql)) {
            prepared.setObject(1, "a text", Types.VARCHAR);
            prepared.setNull(2, Types.VARCHAR);
            prepared.setTimestamp(3, Timestamp.valueOf("2026-01-02 03:04:05"));
            prepared.setBytes(4, new byte[] {1, 2});
            prepared.setArray(5, connection.createArrayOf("int4", new Object[] {1, 2, 3}));
            for (String node : List.of("db-2", "db-1")) {
                try (ResultSet row = prepared.executeQuery()) {
                    assertThat(node(connection)).isEqualTo(node);
                    assertThat(row.next()).isTrue();
                    assertThat(row.getString(1)).isEqualTo("a text null 2026-01-02 03:04:05 \\x0102 {1,2,3}");
                }
                pair.writeUnseenByReplica();
            }
        }
    }

    @Test
    void aParameterThatCanBeReadOnceOnlyKeepsItsStatementFromMoving() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("select length(?)")) {
            prepared.setBinaryStream(1, new ByteArrayInputStream(new byte[3]));
            pair.writeUnseenByReplica();
            assertThatThrownBy(prepared::executeQuery)
                    .isInstanceOf(SQLTransientException.class)
                    .hasFieldOrPropertyWithValue("SQLState", "26000");
            prepared.clearParameters();
            prepared.setBytes(1, new byte[4]);
            assertThat(number(prepared)).isEqualTo(4);
            assertThat(node(connection)).isEqualTo("db-1");
        }
    }

    @Test
    void settingsOfAStatementFollow() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("select generate_series(1, 9)")) {
            prepared.setMaxRows(2);
            prepared.setFetchSize(5);
            prepared.setQueryTimeout(30);
            prepared.executeQuery().close();
            pair.writeUnseenByReplica();
            try (ResultSet rows = prepared.executeQuery()) {
                assertThat(node(connection)).isEqualTo("db-1");
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isTrue();
                assertThat(rows.next()).isFalse();
            }
            assertThat(prepared.getFetchSize()).isEqualTo(5);
            assertThat(prepared.getQueryTimeout()).isEqualTo(30);
        }
    }

    @Test
    void aClosedStatementStaysClosedWhenItsConnectionMoves() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement open = connection.createStatement()) {
            PreparedStatement prepared = connection.prepareStatement("select 1");
            prepared.close();
            pair.writeUnseenByReplica();
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(prepared::executeQuery)
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "55000");
                assertThat(prepared.isClosed()).isTrue();
            }
            open.executeQuery("select 1").close();
            assertThat(node(connection)).isEqualTo("db-1");
            assertThatThrownBy(prepared::executeQuery).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void aStatementClosedOnCompletionHoldsNoConnection() throws Exception {
        try (Connection connection = pair.onReplica()) {
            for (int i = 0; i < 4; i++) {
                connection.setReadOnly(i % 2 == 0);
                Statement statement = connection.createStatement();
                statement.closeOnCompletion();
                statement.executeQuery("select 1").close();
                assertThat(statement.isClosed()).isTrue();
                assertThat(pair.connectionsInUse("db-1") + pair.connectionsInUse("db-2"))
                        .isEqualTo(1);
            }
        }
        assertThat(pair.connectionsInUse("db-1") + pair.connectionsInUse("db-2"))
                .isZero();
    }

    @Test
    void anOpenResultSetStaysReadableWhenALaterStatementMoves() throws Exception {
        try (Connection connection = pair.onReplica()) {
            try (Statement first = connection.createStatement();
                    ResultSet rows = first.executeQuery("select generate_series(1, 3)")) {
                assertThat(rows.next()).isTrue();
                pair.writeUnseenByReplica();
                assertThat(Queries.number(connection, COUNT)).isEqualTo(1);
                assertThat(node(connection)).isEqualTo("db-1");
                var values = new ArrayList<Integer>(List.of(rows.getInt(1)));
                while (rows.next()) {
                    values.add(rows.getInt(1));
                }
                assertThat(values).containsExactly(1, 2, 3);
                assertThat(pair.connectionsInUse("db-2"))
                        .as("kept for the rows")
                        .isEqualTo(1);
            }
            assertThat(pair.connectionsInUse("db-2")).isZero();
        }
    }

    @Test
    void statementsAndRowsLeadBackToTheirRoutedConnection() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select 1")) {
            assertThat(statement.getConnection()).isSameAs(connection);
            assertThat(rows.getStatement()).isSameAs(statement);
        }
    }

    @Test
    void aBatchOutlivesClearedParametersAndATogglingConnection() throws Exception {
        try (Connection connection = pair.routed.getConnection();
                PreparedStatement prepared = connection.prepareStatement("insert into t values (?)")) {
            prepared.setInt(1, 1);
            prepared.addBatch();
            prepared.setInt(1, 2);
            prepared.addBatch();
            prepared.clearParameters();
            connection.setReadOnly(true);
            connection.setReadOnly(false);
            assertThat(prepared.executeBatch()).containsExactly(1, 1);
        }
        assertThat(pair.countOnPrimary()).isEqualTo(2);
    }

    @Test
    void aBatchThatCannotMoveIsRefusedAndNeverLost() throws Exception {
        try (Connection connection = pair.onReplica();
                PreparedStatement prepared = connection.prepareStatement("insert into t values (?)")) {
            prepared.setInt(1, 1);
            prepared.addBatch();
            connection.setReadOnly(false);
            assertThatThrownBy(prepared::executeBatch)
                    .isInstanceOf(SQLTransientException.class)
                    .hasFieldOrPropertyWithValue("SQLState", "26000");
        }
        assertThat(pair.countOnPrimary()).isZero();
    }

    @Test
    void aStatementMovesAgainWhenItsBatchIsOver() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement executed = connection.createStatement();
                Statement cleared = connection.createStatement();
                PreparedStatement prepared = connection.prepareStatement("set lock_timeout = 1000")) {
            executed.addBatch("set lock_timeout = 1000");
            executed.executeBatch();
            cleared.addBatch("set lock_timeout = 1000");
            cleared.clearBatch();
            prepared.addBatch();
            prepared.executeBatch();
            connection.setReadOnly(false);
            assertThat(executed.executeUpdate("insert into t values (1)")).isEqualTo(1);
            assertThat(cleared.executeUpdate("insert into t values (2)")).isEqualTo(1);
            assertThat(prepared.executeUpdate()).isZero();
            assertThat(node(connection)).isEqualTo("db-1");
        }
    }

    @Test
    void generatedKeysAreReturnedHoweverTheyWereAskedFor() throws Exception {
        String sql = "insert into t select coalesce(max(id), 0) + 1 from t";
        var keys = new ArrayList<Integer>();
        try (Connection connection = pair.routed.getConnection();
                Statement plain = connection.createStatement();
                PreparedStatement all = connection.prepareStatement(sql, Statement.RETURN_GENERATED_KEYS);
                PreparedStatement named = connection.prepareStatement(sql, new String[] {"id"})) {
            plain.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS);
            keys.add(key(plain));
            plain.execute(sql, new String[] {"id"});
            keys.add(key(plain));
            all.executeUpdate();
            keys.add(key(all));
            named.executeUpdate();
            keys.add(key(named));
        }
        assertThat(keys).containsExactly(1, 2, 3, 4);
    }

    private static int key(Statement statement) throws SQLException {
        try (ResultSet row = statement.getGeneratedKeys()) {
            assertThat(row.next()).isTrue();
            return row.getInt("id");
        }
    }
}
