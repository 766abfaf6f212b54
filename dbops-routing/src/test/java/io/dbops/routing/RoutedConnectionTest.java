package io.dbops.routing;

import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Node;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** A routed connection is a JDBC connection: transactions, settings, and the end, whichever node serves. */
@DbOpsCluster(replicas = 1)
class RoutedConnectionTest {

    private final RoutedPair pair;

    RoutedConnectionTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    private static void refuses(ThrowingCallable call, String sqlState) {
        assertThatThrownBy(call).isInstanceOf(SQLException.class).hasFieldOrPropertyWithValue("SQLState", sqlState);
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        }
    }

    // ---- the beginning and the end -------------------------------------------------------------------------------

    @Test
    void takesNothingFromAnyPoolBeforeItsFirstStatement() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            connection.setSchema("public");
            connection.commit();
            connection.rollback();
            assertThat(pair.connectionsInUse("db-1")).isZero();
            assertThat(pair.connectionsInUse("db-2")).isZero();
        }
    }

    @Test
    void closingAgainDoesNothing() throws Exception {
        Connection connection = pair.onReplica();
        connection.close();
        try (Connection next = pair.onReplica()) {
            connection.close();
            assertThat(connection.isClosed()).isTrue();
            assertThat(number(next, COUNT)).as("it was given back once only").isZero();
        }
    }

    @Test
    void refusesEverythingAfterItsEnd() throws Exception {
        Connection connection = pair.onReplica();
        PreparedStatement prepared = connection.prepareStatement("select 1");
        var metaData = connection.getMetaData();
        connection.close();
        for (ThrowingCallable call : new ThrowingCallable[] {
            connection::createStatement,
            () -> connection.prepareStatement("select 1"),
            connection::commit,
            connection::rollback,
            connection::getAutoCommit,
            () -> connection.setAutoCommit(false),
            () -> connection.setReadOnly(false),
            () -> connection.setSchema("public"),
            () -> connection.setClientInfo("ApplicationName", "x"),
            () -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE),
            connection::getMetaData,
            metaData::getURL,
            prepared::executeQuery
        }) {
            refuses(call, "08003");
        }
        assertThat(prepared.isClosed()).isTrue();
        assertThat(connection.isValid(1)).isFalse();
    }

    // ---- transactions --------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> tellsTheTruthAboutAutocommitWhateverModesThePoolsHave() {
        return Stream.of(List.of(true, true), List.of(false, true), List.of(true, false), List.of(false, false))
                .map(modes -> DynamicTest.dynamicTest(
                        "primary " + modes.get(0) + ", replica " + modes.get(1),
                        () -> tellsTheTruthAboutAutocommit(modes.get(0), modes.get(1))));
    }

    private void tellsTheTruthAboutAutocommit(boolean onPrimary, boolean onReplica) throws Exception {
        RoutedPair.createTable(pair.cluster);
        try (Pooled pools = Pooled.over(
                        pair.cluster,
                        config -> config.setAutoCommit(
                                config.getJdbcUrl().equals(pair.replica.url()) ? onReplica : onPrimary));
                RoutedDataSource routed = RoutedPair.LENIENT.wrap(pools.nodes());
                Connection connection = routed.getConnection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into t values (1)");
            assertThat(pair.countOnPrimary()).isEqualTo(connection.getAutoCommit() ? 1 : 0);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            assertThat(pair.countOnPrimary()).isEqualTo(1);
        }
    }

    @Test
    void refusesToEndATransactionInAutocommitMode() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            refuses(connection::commit, "25P01");
            refuses(connection::rollback, "25P01");
            refuses(connection::setSavepoint, "25P01");
        }
    }

    @Test
    void aSavepointTakesBackAPartOfTheUnit() throws Exception {
        try (Connection connection = pair.routed.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.executeUpdate("insert into t values (1)");
            Savepoint savepoint = connection.setSavepoint("before");
            statement.executeUpdate("insert into t values (2)");
            connection.rollback(savepoint);
            statement.executeUpdate("insert into t values (3)");
            connection.releaseSavepoint(connection.setSavepoint());
            connection.commit();
        }
        assertThat(pair.countOnPrimary()).isEqualTo(2);
    }

    @Test
    void refusesToChangeItsKindInsideATransaction() throws Exception {
        try (Connection connection = pair.onReplica()) {
            connection.setAutoCommit(false);
            number(connection, COUNT);
            refuses(() -> connection.setReadOnly(false), "25001");
            refuses(() -> connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE), "25001");
            assertThat(connection.isReadOnly()).isTrue();
            connection.commit();
            connection.setReadOnly(false);
        }
    }

    @Test
    void aTransactionIsOpenWhateverItsStatementsMention() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("insert into t values (1); insert into t select 2 as weekend");
            }
            refuses(() -> connection.setReadOnly(true), "25001");
            connection.commit();
        }
        assertThat(pair.countOnPrimary()).isEqualTo(2);
    }

    @Test
    void aRepeatableReadUnitStaysOnItsNodeWhateverItsSessionWrites() throws Exception {
        try (Connection connection = pair.onReplica()) {
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            connection.setAutoCommit(false);
            assertThat(number(connection, COUNT)).isZero();
            assertThat(node(connection)).isEqualTo("db-2");
            pair.writeUnseenByReplica();
            assertThat(number(connection, COUNT)).isZero();
            assertThat(node(connection)).isEqualTo("db-2");
            connection.commit();
            assertThat(number(connection, COUNT)).isEqualTo(1);
        }
    }

    @Test
    void aTransactionBegunInSqlStaysOnItsNodeAndEndsThere() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement statement = connection.createStatement()) {
            statement.execute("begin isolation level repeatable read");
            assertThat(number(connection, COUNT)).isZero();
            pair.writeUnseenByReplica();
            assertThat(number(connection, COUNT)).isZero();
            assertThat(node(connection)).isEqualTo("db-2");
            statement.execute("commit");
            assertThat(number(connection, COUNT)).isEqualTo(1);
            assertThat(node(connection)).isEqualTo("db-1");
        }
        nobodyInheritsATransaction();
    }

    /** A transaction that somebody left open would show its own, older snapshot to whoever comes next. */
    private void nobodyInheritsATransaction() throws Exception {
        pair.replica.resumeReplay();
        pair.cluster.awaitCaughtUp(Duration.ofSeconds(20));
        for (int i = 0; i < 10; i++) {
            try (Connection connection = pair.pools.pool("db-2").getConnection()) {
                assertThat(number(connection, COUNT)).isEqualTo(pair.countOnPrimary());
            }
        }
    }

    @Test
    void aTransactionBegunInSqlAndNeverEndedIsInheritedByNobody() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement statement = connection.createStatement()) {
            statement.execute("begin isolation level repeatable read");
            assertThat(number(connection, COUNT)).isZero();
        }
        pair.writeUnseenByReplica();
        nobodyInheritsATransaction();
    }

    // ---- one connection at a time --------------------------------------------------------------------------------

    @Test
    void togglingReadOnlyWithAnOpenStatementNeedsNoSecondConnection() throws Exception {
        try (var pool = Pooled.open(
                        pair.cluster.primary().url(),
                        pair.cluster.primary().user(),
                        pair.cluster.primary().password(),
                        config -> config.setMaximumPoolSize(1));
                RoutedDataSource routed = RoutedPair.LENIENT.wrap(
                        List.of(Node.of("db-1", pool, pair.cluster.primary().dataSource())));
                Connection connection = routed.getConnection();
                PreparedStatement open = connection.prepareStatement(COUNT)) {
            for (boolean readOnly : new boolean[] {true, false, true, false}) {
                open.executeQuery().close();
                connection.setReadOnly(readOnly);
                assertThat(number(connection, "select current_setting('transaction_read_only')::boolean::int"))
                        .isEqualTo(readOnly ? 1 : 0);
            }
        }
    }

    // ---- settings ------------------------------------------------------------------------------------------------

    @Test
    void settingsMadeBeforeTheFirstStatementReachEveryPhysicalConnection() throws Exception {
        pair.onReplica().close();
        try (Connection connection = pair.session.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setNetworkTimeout(Runnable::run, 12_345);
            connection.setClientInfo("ApplicationName", "settings");
            connection.setSchema("pg_catalog");
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            for (String node : List.of("db-2", "db-1")) {
                assertThat(text(connection, "select current_setting('application_name')"))
                        .isEqualTo("settings");
                assertThat(node(connection)).isEqualTo(node);
                assertThat(text(connection, "select current_schema()")).isEqualTo("pg_catalog");
                assertThat(text(connection, "select current_setting('default_transaction_isolation')"))
                        .isEqualTo("repeatable read");
                assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
                pair.writeUnseenByReplica();
            }
        }
    }
}
