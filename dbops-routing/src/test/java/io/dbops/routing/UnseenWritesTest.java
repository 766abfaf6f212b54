package io.dbops.routing;

import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Commits, and ends of transactions, that come by ways a wrapper overlooks easily. The replica does not replay
 * meanwhile: a read that goes there is stale for certain.
 */
@DbOpsCluster(replicas = 1)
class UnseenWritesTest {

    private final RoutedPair pair;

    UnseenWritesTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    /** A connection of the session that may write; the replica would serve the session's reads, and is stale soon. */
    private Connection writing() throws Exception {
        pair.onReplica().close();
        pair.replica.pauseReplay();
        return pair.session.dataSource().getConnection();
    }

    @Test
    void anInsertedRowOfAnUpdatableResultSetIsSeen() throws Exception {
        try (Connection connection = pair.session.dataSource().getConnection();
                Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery("select id from t")) {
            pair.onReplica().close();
            pair.replica.pauseReplay();
            rows.moveToInsertRow();
            rows.updateInt(1, 1);
            rows.insertRow();
            assertThat(pair.countOfOwnRead()).isEqualTo(1);
        }
    }

    @Test
    void anUpdatedAndADeletedRowOfAnUpdatableResultSetAreSeen() throws Exception {
        Queries.execute(pair.session.dataSource(), "insert into t values (1), (2)");
        try (Connection connection = pair.session.dataSource().getConnection();
                Statement statement =
                        connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows = statement.executeQuery("select id from t order by id")) {
            String sum = "select sum(id) from t";
            pair.onReplica().close();
            pair.replica.pauseReplay();
            assertThat(rows.next()).isTrue();
            rows.updateInt(1, 10);
            rows.updateRow();
            assertThat(Queries.read(pair.session.dataSource(), sum).value()).isEqualTo(12);

            pair.replica.resumeReplay();
            pair.onReplica().close();
            pair.replica.pauseReplay();
            assertThat(rows.next()).isTrue();
            rows.deleteRow();
            assertThat(Queries.read(pair.session.dataSource(), sum).value()).isEqualTo(10);
        }
    }

    /** None of these is known to end a transaction by returning no rows. */
    @TestFactory
    Stream<DynamicTest> aCommitAmongOtherStatementsIsSeen() {
        return Stream.of("select 1; commit", "commit; select 1", "/* a comment; */ commit", "-- one\nend; select 1")
                .map(sql -> DynamicTest.dynamicTest(sql, () -> {
                    RoutedPair.createTable(pair.cluster);
                    try (Connection connection = writing();
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        statement
                                .executeQuery("insert into t values (1) returning id")
                                .close();
                        statement.execute(sql);
                        assertThat(pair.countOfOwnRead()).isEqualTo(1);
                    } finally {
                        pair.replica.resumeReplay();
                    }
                }));
    }

    @FunctionalInterface
    private interface Call {
        void on(Connection connection) throws SQLException;
    }

    private record Way(String name, Call end) {}

    /** However the first transaction of a connection ended: the next one begins after the session's write. */
    @TestFactory
    Stream<DynamicTest> aTransactionAfterOneThatEndedInSqlSeesTheWriteBetweenThem() {
        return Stream.of(
                        new Way("commit", c -> execute(c, "commit")),
                        new Way("rollback", c -> execute(c, "rollback")),
                        new Way("end with a comment", c -> execute(c, "/* done */ end")),
                        new Way("several statements", c -> execute(c, "select 1; commit")),
                        new Way("a batch", c -> {
                            try (Statement statement = c.createStatement()) {
                                statement.addBatch("commit");
                                statement.executeBatch();
                            }
                        }),
                        new Way("a prepared statement", c -> {
                            try (PreparedStatement prepared = c.prepareStatement("commit")) {
                                prepared.execute();
                            }
                        }))
                .map(way -> DynamicTest.dynamicTest(way.name, () -> {
                    RoutedPair.createTable(pair.cluster);
                    try (Connection connection = pair.onReplica()) {
                        connection.setAutoCommit(false);
                        assertThat(number(connection, COUNT)).isZero();
                        assertThat(node(connection)).isEqualTo("db-2");
                        way.end.on(connection);
                        pair.writeUnseenByReplica();
                        assertThat(number(connection, COUNT)).isEqualTo(1);
                    } finally {
                        pair.replica.resumeReplay();
                    }
                }));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aTransactionThatBeginsWithASavepointSeesTheWriteBeforeIt() throws Exception {
        try (Connection connection = pair.onReplica()) {
            connection.setAutoCommit(false);
            assertThat(number(connection, COUNT)).isZero();
            connection.commit();
            pair.writeUnseenByReplica();
            connection.setSavepoint();
            assertThat(number(connection, COUNT)).isEqualTo(1);
        }
    }

    @Test
    void aWriteThroughTheConnectionOfMetaDataIsSeen() throws Exception {
        pair.onReplica().close();
        pair.replica.pauseReplay();
        try (Connection strong = pair.session.dataSource(Consistency.strong()).getConnection()) {
            strong.setReadOnly(true);
            Connection raw = strong.getMetaData().getConnection();
            raw.setReadOnly(false);
            execute(raw, "insert into t values (1)");
        }
        assertThat(pair.countOfOwnRead()).isEqualTo(1);
    }

    @Test
    void aWriteAfterAFunctionLiftedReadOnlyIsSeen() throws Exception {
        isSeenAfterLiftingReadOnly(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement
                        .executeQuery("select set_config('default_transaction_read_only', 'off', false)")
                        .close();
            }
        });
    }

    @Test
    void aWriteAfterAParameterLiftedReadOnlyIsSeen() throws Exception {
        isSeenAfterLiftingReadOnly(connection -> {
            try (PreparedStatement lift = connection.prepareStatement("select set_config(?, 'off', false)")) {
                lift.setString(1, "default_transaction_read_only");
                lift.executeQuery().close();
            }
        });
    }

    private void isSeenAfterLiftingReadOnly(Call lift) throws Exception {
        pair.onReplica().close();
        pair.replica.pauseReplay();
        try (Connection strong = pair.session.dataSource(Consistency.strong()).getConnection()) {
            strong.setReadOnly(true);
            lift.on(strong);
            try (Statement statement = strong.createStatement()) {
                statement.executeQuery("insert into t values (1) returning id").close();
            }
            assertThat(pair.countOfOwnRead()).isEqualTo(1);
        }
        assertThat(pair.countOfOwnRead()).isEqualTo(1);
    }
}
