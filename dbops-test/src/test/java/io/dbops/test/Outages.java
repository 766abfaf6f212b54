package io.dbops.test;

import static io.dbops.dialect.ErrorClass.CONFLICT;
import static io.dbops.dialect.ErrorClass.CONNECTION_LOST;
import static io.dbops.dialect.ErrorClass.CREDENTIALS_REFUSED;
import static io.dbops.dialect.ErrorClass.READ_ONLY;
import static io.dbops.dialect.ErrorClass.SERVER_FAILED;
import static io.dbops.dialect.ErrorClass.SERVER_UNAVAILABLE;
import static io.dbops.dialect.ErrorClass.TOO_MANY_CONNECTIONS;
import static io.dbops.dialect.Phase.AUTOCOMMIT;
import static io.dbops.dialect.Phase.COMMIT;
import static io.dbops.dialect.Phase.WORK;
import static io.dbops.test.Provocation.execute;
import static io.dbops.test.Provocation.provoked;
import static io.dbops.test.Provocation.thrownBy;
import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Errors of sessions that are ended, that never begin, and that find their server in a state. */
final class Outages {

    static final List<Provocation> ALL = List.of(
            provoked("57P01", CONNECTION_LOST, AUTOCOMMIT, "pg_terminate_backend", Outages::terminated),
            provoked("08006", CONNECTION_LOST, WORK, "another backend is killed", Outages::crashed),
            provoked(
                    "25P03",
                    CONNECTION_LOST,
                    WORK,
                    "idle_in_transaction_session_timeout",
                    cluster -> idle(cluster, "idle_in_transaction_session_timeout", false)),
            provoked(
                            "25P04",
                            CONNECTION_LOST,
                            WORK,
                            "transaction_timeout",
                            cluster -> idle(cluster, "transaction_timeout", false))
                    .since(17),
            provoked(
                    "57P05",
                    CONNECTION_LOST,
                    AUTOCOMMIT,
                    "idle_session_timeout",
                    cluster -> idle(cluster, "idle_session_timeout", true)),
            provoked(
                    "57P04",
                    CONNECTION_LOST,
                    AUTOCOMMIT,
                    "the database is dropped under a standby's session",
                    Outages::dropped),
            provoked(
                    "40001",
                    CONFLICT,
                    WORK,
                    "replay is in the way of a standby's transaction",
                    Outages::replayConflict),
            provoked(
                    "08006",
                    CONNECTION_LOST,
                    AUTOCOMMIT,
                    "the answer to an insert is lost",
                    cluster -> answerLost(cluster, true)),
            provoked(
                    "08006",
                    CONNECTION_LOST,
                    COMMIT,
                    "the answer to COMMIT is lost",
                    cluster -> answerLost(cluster, false)),
            provoked("08001", CONNECTION_LOST, WORK, "nothing but resets at the address", Outages::refused),
            provoked("08003", CONNECTION_LOST, WORK, "a connection that is closed", Outages::closed),
            provoked("57P03", SERVER_UNAVAILABLE, WORK, "a server that shuts down smartly", Outages::shuttingDown),
            provoked("53300", TOO_MANY_CONNECTIONS, WORK, "the connection limit of a role", Outages::roleIsFull),
            provoked(
                    "28P01",
                    CREDENTIALS_REFUSED,
                    WORK,
                    "a wrong password",
                    cluster -> connectAs(cluster, "app", "wrong", "app")),
            provoked("28000", CREDENTIALS_REFUSED, WORK, "a role without login", Outages::mayNotLogIn),
            provoked(
                    "3D000",
                    CREDENTIALS_REFUSED,
                    WORK,
                    "no such database",
                    cluster -> connectAs(cluster, "app", "app", "nowhere")),
            provoked("25006", READ_ONLY, AUTOCOMMIT, "a standby", cluster -> onStandby(cluster, "create table t ()")),
            provoked(
                    "55000",
                    READ_ONLY,
                    AUTOCOMMIT,
                    "a standby is asked for its insert position",
                    cluster -> onStandby(cluster, "select pg_current_wal_lsn()")),
            provoked(
                    "58P01",
                    SERVER_FAILED,
                    WORK,
                    "a file that is not there",
                    cluster -> asSuperuser(cluster, "select pg_read_file('nowhere')")),
            provoked(
                    "53400",
                    SERVER_FAILED,
                    WORK,
                    "temp_file_limit",
                    cluster -> asSuperuser(
                            cluster,
                            "set local temp_file_limit = '64kB'; set local work_mem = '64kB';"
                                    + " select g from generate_series(1, 100000) as g order by g desc")));

    private Outages() {}

    private static int pid(Connection connection) throws SQLException {
        return number(connection, "select pg_backend_pid()");
    }

    private static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    private static void awaitGone(EmbeddedNode node, int pid) throws SQLException {
        try (Connection observer = node.connectAsSuperuser()) {
            assertThat(Await.within(
                            PATIENCE,
                            () -> number(observer, "select count(*) from pg_stat_activity where pid = " + pid) == 0))
                    .as("the session has ended")
                    .isTrue();
        }
    }

    private static void terminated(EmbeddedCluster cluster) throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            execute(connection, "select pg_terminate_backend(pg_backend_pid())");
        }
    }

    /** The others are told with 57P02, but as a warning, before their connections are cut. */
    private static void crashed(EmbeddedCluster cluster) throws SQLException {
        try (Connection killed = cluster.primary().connect();
                Connection connection = cluster.primary().connect()) {
            Signals.KILL.send(List.of((long) pid(killed)));
            SQLException error = firstRefusal(connection);
            assertThat(Await.within(PATIENCE, () -> accepts(cluster.primary())))
                    .as("it recovers")
                    .isTrue();
            throw error;
        }
    }

    private static SQLException firstRefusal(Connection connection) {
        var refusal = new SQLException[1];
        assertThat(Await.within(PATIENCE, () -> {
                    try {
                        execute(connection, "select 1");
                        return false;
                    } catch (SQLException e) {
                        refusal[0] = e;
                        return true;
                    }
                }))
                .isTrue();
        return refusal[0];
    }

    private static boolean accepts(EmbeddedNode node) {
        try (Connection connection = node.connect()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    private static void idle(EmbeddedCluster cluster, String timeout, boolean autoCommit) throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            execute(connection, "set " + timeout + " = '20ms'");
            connection.setAutoCommit(autoCommit);
            awaitGone(cluster.primary(), pid(connection));
            execute(connection, "select 1");
        }
    }

    private static void dropped(EmbeddedCluster cluster) throws SQLException {
        EmbeddedNode standby = cluster.replicas().get(0);
        try (Connection superuser = cluster.primary().connectAsSuperuser()) {
            execute(superuser, "create database doomed owner app");
            cluster.awaitCaughtUp(PATIENCE);
            try (Connection connection =
                    DriverManager.getConnection(standby.url().replaceAll("app$", "doomed"), "app", "app")) {
                int pid = pid(connection);
                execute(superuser, "drop database doomed");
                awaitGone(standby, pid);
                execute(connection, "select 1");
            }
        }
    }

    private static void replayConflict(EmbeddedCluster cluster) throws SQLException {
        EmbeddedNode standby = cluster.replicas().get(0);
        Rows.execute(cluster.primary(), "drop table if exists in_the_way; create table in_the_way ()");
        cluster.awaitCaughtUp(PATIENCE);
        try (Connection connection = standby.connect()) {
            connection.setAutoCommit(false);
            int pid = pid(connection);
            execute(connection, "select from in_the_way");
            Rows.execute(cluster.primary(), "drop table in_the_way");
            awaitGone(standby, pid);
            execute(connection, "select 1");
        }
    }

    /** Throws what the driver does, having seen that the row is there: without an answer, and yet committed. */
    private static void answerLost(EmbeddedCluster cluster, boolean autoCommit) throws Exception {
        EmbeddedNode primary = cluster.primary();
        Rows.create(primary);
        try (Connection observer = primary.connectAsSuperuser();
                Connection connection = primary.connect()) {
            execute(observer, "delete from rows where name = 'unanswered'");
            connection.setAutoCommit(autoCommit);
            String insert = "insert into rows (name) values ('unanswered')";
            if (!autoCommit) {
                execute(connection, insert);
            }
            primary.network().halfOpen();
            var answer = CompletableFuture.supplyAsync(() -> thrownBy(() -> {
                if (autoCommit) {
                    execute(connection, insert);
                } else {
                    connection.commit();
                }
            }));
            try {
                assertThat(Await.within(PATIENCE, () -> Rows.count(observer, "unanswered") == 1))
                        .as("committed")
                        .isTrue();
                primary.network().reset();
                throw answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } finally {
                primary.network().heal();
            }
        }
    }

    private static void refused(EmbeddedCluster cluster) throws SQLException {
        EmbeddedNode standby = cluster.replicas().get(0);
        standby.network().refuse();
        try (Connection connection = standby.connect()) {
            assertThat(connection).isNull();
        } finally {
            standby.network().heal();
        }
    }

    private static void closed(EmbeddedCluster cluster) throws SQLException {
        Connection connection = cluster.primary().connect();
        connection.close();
        execute(connection, "select 1");
    }

    /** A smart shutdown (SIGTERM) waits for the sessions there are, and takes no others. */
    private static void shuttingDown(EmbeddedCluster cluster) throws SQLException {
        EmbeddedNode standby = cluster.replicas().get(0);
        try (Connection last = standby.connect()) {
            assertThat(last.isValid(1)).isTrue();
            ProcessHandle.of(standby.pid()).orElseThrow().destroy();
            var refusal = new SQLException[1];
            assertThat(Await.within(PATIENCE, () -> {
                        try (Connection connection = standby.connect()) {
                            return connection == null;
                        } catch (SQLException e) {
                            refusal[0] = e;
                            return true;
                        }
                    }))
                    .isTrue();
            throw refusal[0];
        } finally {
            assertThat(Await.within(PATIENCE, () -> !standby.isRunning()))
                    .as("it has ended")
                    .isTrue();
            standby.start();
        }
    }

    private static void roleIsFull(EmbeddedCluster cluster) throws SQLException {
        try (Connection superuser = cluster.primary().connectAsSuperuser()) {
            execute(
                    superuser,
                    "drop role if exists one_only; create role one_only login connection limit 1 password 'x'");
            try (Connection only = DriverManager.getConnection(cluster.primary().url(), "one_only", "x")) {
                assertThat(only.isValid(1)).isTrue();
                connectAs(cluster, "one_only", "x", "app");
            }
        }
    }

    private static void mayNotLogIn(EmbeddedCluster cluster) throws SQLException {
        try (Connection superuser = cluster.primary().connectAsSuperuser()) {
            execute(superuser, "drop role if exists no_login; create role no_login nologin password 'x'");
        }
        connectAs(cluster, "no_login", "x", "app");
    }

    private static void connectAs(EmbeddedCluster cluster, String user, String password, String database)
            throws SQLException {
        String url = cluster.primary().url().replaceAll("app$", database);
        DriverManager.getConnection(url, user, password).close();
    }

    private static void onStandby(EmbeddedCluster cluster, String sql) throws SQLException {
        try (Connection connection = cluster.replicas().get(0).connect()) {
            execute(connection, sql);
        }
    }

    private static void asSuperuser(EmbeddedCluster cluster, String sql) throws SQLException {
        Provocation.inTransaction(cluster.primary().connectAsSuperuser(), sql);
    }
}
