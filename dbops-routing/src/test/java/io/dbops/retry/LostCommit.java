package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import io.dbops.time.SystemClock;
import io.dbops.tx.CommitOutcome;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A transaction that inserts one row into the table {@code t} and claims its outcome, on a network of its own that loses
 * its COMMIT, or the answer to that.
 */
final class LostCommit implements AutoCloseable {

    /** Long enough for whatever a lookup has to wait for. */
    static final Duration LONG = Duration.ofSeconds(30);

    /** Shorter than what a lookup would wait for. */
    static final Duration SHORT = Duration.ofMillis(1500);

    private static final AtomicInteger ROWS = new AtomicInteger();
    /** Before the commit is sent. */
    static final int BEFORE = -1;

    private static final int GIVEN_UP_AFTER_MILLIS = 300;

    private final EmbeddedNode node;
    private final FaultProxy network;
    private final Connection connection;
    private final int row = ROWS.incrementAndGet();
    final int pid;
    final Claim claim;

    LostCommit(EmbeddedNode node, CommitProof proof) throws SQLException {
        this.node = node;
        network = FaultProxy.to("127.0.0.1", node.port());
        connection = dataSource(network.port(), node.user(), node.password()).getConnection();
        connection.setAutoCommit(false);
        pid = number(connection, "select pg_backend_pid()");
        execute(connection, "insert into t values (" + row + ")");
        claim = proof.claim(connection);
    }

    /** The server commits, and the client never hears of it. */
    LostCommit loseAnswer() throws Exception {
        network.halfOpen();
        giveUp();
        await("it is committed", () -> rows(node) == 1);
        return this;
    }

    /** The server never hears of COMMIT, and keeps the transaction open. */
    LostCommit loseRequest() throws SQLException {
        network.drop();
        giveUp();
        return this;
    }

    /** What a synchronous standby would have to confirm stays unanswered, and the client gives up. */
    LostCommit giveUp() throws SQLException {
        connection.setNetworkTimeout(Runnable::run, GIVEN_UP_AFTER_MILLIS);
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        return this;
    }

    /**
     * Commits while the network fails, a moment sooner or later.
     *
     * @param moment how long after the commit began, or {@link #BEFORE}
     * @return whether the commit was acknowledged
     */
    boolean commitWhile(Consumer<FaultProxy> fault, int moment) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, GIVEN_UP_AFTER_MILLIS);
        if (moment == BEFORE) {
            fault.accept(network);
        }
        var failing = CompletableFuture.runAsync(() -> {
            if (moment == BEFORE) {
                return;
            }
            for (int i = 0; i < moment; i++) {
                Thread.onSpinWait();
            }
            fault.accept(network);
        });
        try {
            connection.commit();
            return true;
        } catch (SQLException lost) {
            return false;
        } finally {
            failing.join();
        }
    }

    /** Delivers whatever was held up, and returns when the server's process has ended over it. */
    void deliver() throws Exception {
        network.heal();
        await("the process is gone", () -> doing().equals("gone"));
    }

    /** Commits, or prepares, or whatever else is to be done with the transaction. */
    void finish(String sql) throws SQLException {
        execute(connection, sql);
    }

    /** The number of the transaction, asked for while it is open. */
    int number() throws SQLException {
        return number(connection, "select pg_current_xact_id()::text::int");
    }

    CommitOutcome resolve(DataSource dataSource, Duration within) {
        return claim.resolve(dataSource, SystemClock.INSTANCE.nanos() + within.toNanos(), SystemClock.INSTANCE);
    }

    CommitOutcome resolve() {
        return resolve(node.dataSource(), LONG);
    }

    /** How many rows of it a server shows. */
    int rows(EmbeddedNode on) throws SQLException {
        try (Connection looking = on.connectAsSuperuser()) {
            return number(looking, "select count(*) from t where n = " + row);
        }
    }

    /** What the server's process waits for, or that it is gone. */
    String doing() throws SQLException {
        try (Connection looking = node.connectAsSuperuser();
                Statement statement = looking.createStatement();
                ResultSet found = statement.executeQuery(
                        "select coalesce(wait_event, 'busy') from pg_stat_activity where pid = " + pid)) {
            return found.next() ? found.getString(1) : "gone";
        }
    }

    /** Throws nothing: the connection has most likely been lost, as intended. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            // as asked
        }
        network.close();
    }

    static DataSource dataSource(int port, String user, String password) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"127.0.0.1"});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName("app");
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static void asSuperuser(EmbeddedNode node, String... sql) throws SQLException {
        try (Connection connection = node.connectAsSuperuser()) {
            for (String statement : sql) {
                execute(connection, statement);
            }
        }
    }

    static void asApplication(EmbeddedNode node, String... sql) throws SQLException {
        try (Connection connection = node.connect()) {
            for (String statement : sql) {
                execute(connection, statement);
            }
        }
    }

    static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Returns when the condition holds; fails after a generous time. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LONG.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
