package io.dbops.test;

import static io.dbops.dialect.ErrorClass.CONFLICT;
import static io.dbops.dialect.ErrorClass.LOCK_NOT_AVAILABLE;
import static io.dbops.dialect.ErrorClass.STALE_PLAN;
import static io.dbops.dialect.ErrorClass.STATEMENT;
import static io.dbops.dialect.ErrorClass.TRANSACTION_ABORTED;
import static io.dbops.dialect.ErrorClass.UNCLASSIFIED;
import static io.dbops.dialect.Phase.AUTOCOMMIT;
import static io.dbops.dialect.Phase.COMMIT;
import static io.dbops.dialect.Phase.WORK;
import static io.dbops.test.Provocation.execute;
import static io.dbops.test.Provocation.provoked;
import static io.dbops.test.Provocation.thrownBy;
import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/** Errors that sessions get from each other, and from their driver. */
final class Encounters {

    static final List<Provocation> ALL = List.of(
            provoked("40001", CONFLICT, COMMIT, "write skew", Encounters::writeSkew),
            provoked("40001", CONFLICT, WORK, "an update of what changed since the snapshot", Encounters::lateUpdate),
            provoked("40P01", CONFLICT, WORK, "two rows locked crosswise", Encounters::deadlock),
            provoked(
                    "55P03",
                    LOCK_NOT_AVAILABLE,
                    WORK,
                    "nowait",
                    cluster -> locked(cluster, "select from met for update nowait")),
            provoked(
                    "55P03",
                    LOCK_NOT_AVAILABLE,
                    WORK,
                    "lock_timeout",
                    cluster -> locked(cluster, "set local lock_timeout = '10ms'; update met set n = 0")),
            provoked("25P02", TRANSACTION_ABORTED, WORK, "a statement after an error", Encounters::goOnAfterAnError),
            provoked(
                    "0A000",
                    STALE_PLAN,
                    WORK,
                    "a prepared statement whose result has changed",
                    Encounters::changedResult),
            provoked("26000", STALE_PLAN, WORK, "a prepared statement that is gone", Encounters::planIsGone),
            provoked(
                    "02000", UNCLASSIFIED, AUTOCOMMIT, "executeQuery without a result", Encounters::queryWithoutResult),
            provoked("0100E", UNCLASSIFIED, AUTOCOMMIT, "executeUpdate with a result", Encounters::updateWithResult),
            provoked("07006", STATEMENT, WORK, "a parameter of no type", Encounters::strangeParameter));

    private Encounters() {}

    private static void createRows(EmbeddedCluster cluster) throws SQLException {
        Rows.execute(
                cluster.primary(),
                "drop table if exists met;"
                        + " create table met as select id, 0 as n from generate_series(1, 2) as id");
    }

    private static Connection begin(EmbeddedCluster cluster, int isolation) throws SQLException {
        Connection connection = cluster.primary().connect();
        connection.setTransactionIsolation(isolation);
        connection.setAutoCommit(false);
        return connection;
    }

    private static void writeSkew(EmbeddedCluster cluster) throws SQLException {
        createRows(cluster);
        try (Connection one = begin(cluster, Connection.TRANSACTION_SERIALIZABLE);
                Connection other = begin(cluster, Connection.TRANSACTION_SERIALIZABLE)) {
            execute(one, "select sum(n) from met");
            execute(other, "select sum(n) from met");
            execute(one, "update met set n = 1 where id = 1");
            execute(other, "update met set n = 1 where id = 2");
            one.commit();
            throw thrownBy(other::commit);
        }
    }

    private static void lateUpdate(EmbeddedCluster cluster) throws SQLException {
        createRows(cluster);
        try (Connection late = begin(cluster, Connection.TRANSACTION_REPEATABLE_READ)) {
            execute(late, "select from met");
            Rows.execute(cluster.primary(), "update met set n = n + 1");
            execute(late, "update met set n = n + 1");
        }
    }

    private static void deadlock(EmbeddedCluster cluster) throws Exception {
        createRows(cluster);
        try (Connection one = begin(cluster, Connection.TRANSACTION_READ_COMMITTED);
                Connection other = begin(cluster, Connection.TRANSACTION_READ_COMMITTED)) {
            execute(one, "update met set n = 1 where id = 1");
            execute(other, "update met set n = 1 where id = 2");
            var crossing = CompletableFuture.supplyAsync(() -> updateThenEnd(one, 2));
            SQLException ownError = updateThenEnd(other, 1);
            SQLException itsError = crossing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(ownError == null || itsError == null)
                    .as("one of the two goes on")
                    .isTrue();
            if (ownError != null) {
                throw ownError;
            }
            if (itsError != null) {
                throw itsError;
            }
        }
    }

    private static @Nullable SQLException updateThenEnd(Connection connection, int id) {
        try {
            try {
                execute(connection, "update met set n = 2 where id = " + id);
                return null;
            } catch (SQLException e) {
                return e;
            } finally {
                connection.rollback();
            }
        } catch (SQLException e) {
            throw new AssertionError("no rollback", e);
        }
    }

    private static void locked(EmbeddedCluster cluster, String sql) throws SQLException {
        createRows(cluster);
        try (Connection holder = begin(cluster, Connection.TRANSACTION_READ_COMMITTED)) {
            execute(holder, "update met set n = 1");
            Provocation.inTransaction(cluster.primary().connect(), sql);
        }
    }

    private static void goOnAfterAnError(EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = begin(cluster, Connection.TRANSACTION_READ_COMMITTED)) {
            thrownBy(() -> execute(connection, "select 1 / 0"));
            execute(connection, "select 1");
        }
    }

    /** Something that changes what statements were prepared for. */
    @FunctionalInterface
    private interface Change {
        void on(Connection connection) throws SQLException;
    }

    /** Throws what executing it after the change does, having seen that another transaction helps. */
    private static void prepared(EmbeddedCluster cluster, Change change) throws SQLException {
        createRows(cluster);
        try (Connection connection = begin(cluster, Connection.TRANSACTION_READ_COMMITTED);
                PreparedStatement statement = connection.prepareStatement("select * from met where id = ?")) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(1);
            statement.setInt(1, 1);
            statement.executeQuery().close();
            statement.executeQuery().close();
            connection.commit();
            change.on(connection);
            SQLException stale = thrownBy(statement::executeQuery);
            connection.rollback();
            runAgain(connection);
            throw stale;
        }
    }

    private static void runAgain(Connection connection) {
        try (PreparedStatement statement = connection.prepareStatement("select * from met where id = ?")) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(1);
            statement.setInt(1, 1);
            statement.executeQuery().close();
        } catch (SQLException e) {
            throw new AssertionError("run again on the same connection it fails", e);
        }
    }

    private static void changedResult(EmbeddedCluster cluster) throws SQLException {
        prepared(cluster, connection -> Rows.execute(cluster.primary(), "alter table met add more int"));
    }

    /** The driver does not see that the statements it has prepared are gone. */
    private static void planIsGone(EmbeddedCluster cluster) throws SQLException {
        prepared(cluster, connection -> execute(connection, "do $$ begin execute 'deallocate all'; end $$"));
    }

    private static void queryWithoutResult(EmbeddedCluster cluster) throws SQLException {
        createRows(cluster);
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            SQLException error = thrownBy(() -> statement.executeQuery("insert into met values (3, 3)"));
            try (var row = statement.executeQuery("select from met where id = 3")) {
                assertThat(row.next()).as("it was executed nevertheless").isTrue();
            }
            throw error;
        }
    }

    private static void updateWithResult(EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("select 1");
        }
    }

    private static void strangeParameter(EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                PreparedStatement statement = connection.prepareStatement("select ?")) {
            statement.setObject(1, new Object(), Types.INTEGER);
        }
    }
}
