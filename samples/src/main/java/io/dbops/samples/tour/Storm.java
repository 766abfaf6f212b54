package io.dbops.samples.tour;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.dialect.ErrorClass;
import io.dbops.retry.Retries;
import io.dbops.retry.RetryEvent;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Threads that move money between a few accounts, in random order, so that they deadlock. */
final class Storm implements AutoCloseable {

    static final int THREADS = 24;
    static final int ACCOUNTS = 4;
    private static final int BALANCE = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final EmbeddedNode primary;
    private final HikariDataSource pool;

    /**
     * What came of it.
     *
     * @param committed transfers that were acknowledged in time
     * @param conflicts how often the server rolled one back
     * @param failed transfers that were given up
     * @param time how long it went on
     */
    record Result(long committed, long conflicts, long failed, Duration time) {

        double committedPerSecond() {
            return committed / (time.toMillis() / 1e3);
        }
    }

    private Storm(EmbeddedNode primary, HikariDataSource pool) {
        this.primary = primary;
        this.pool = pool;
    }

    /** On a server that looks for deadlocks after so long a wait, instead of a second. */
    static Storm on(EmbeddedNode primary, Duration deadlockTimeout) throws SQLException {
        alterRole(primary, "set deadlock_timeout = " + deadlockTimeout.toMillis());
        var config = new HikariConfig();
        config.setPoolName("storm");
        config.setJdbcUrl(primary.url());
        config.setUsername(primary.user());
        config.setPassword(primary.password());
        config.setMaximumPoolSize(THREADS);
        return new Storm(primary, new HikariDataSource(config));
    }

    private static void alterRole(EmbeddedNode primary, String change) throws SQLException {
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("alter role " + primary.user() + " " + change);
        }
    }

    /** Runs it for a time, and checks that every transfer that was acknowledged is there, once and as a whole. */
    Result run(Retries retries, Duration time) throws Exception {
        createAccounts();
        var inTime = new LongAdder();
        var acknowledged = new LongAdder();
        var conflicts = new LongAdder();
        var failed = new LongAdder();
        Transactions transactions = retries.listener(event -> {
                    if (event instanceof RetryEvent.Retried retried
                            && retried.diagnosis().errorClass() == ErrorClass.CONFLICT) {
                        conflicts.increment();
                    }
                })
                .over(pool)
                .named("transfer");
        Stopwatch watch = Stopwatch.started();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        for (int i = 0; i < THREADS; i++) {
            threads.execute(() -> {
                while (watch.elapsed().compareTo(time) < 0) {
                    try {
                        transfer(transactions);
                        acknowledged.increment();
                        if (watch.elapsed().compareTo(time) < 0) {
                            inTime.increment();
                        }
                    } catch (SQLException e) {
                        failed.increment();
                    }
                }
            });
        }
        threads.shutdown();
        BrokenPromiseException.unless(
                threads.awaitTermination(time.plus(LIMIT).toMillis(), TimeUnit.MILLISECONDS),
                "the transfers did not end within " + Screen.seconds(LIMIT));
        check(acknowledged.sum());
        return new Result(inTime.sum(), conflicts.sum(), failed.sum(), time);
    }

    private void createAccounts() throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists accounts");
            statement.execute("create table accounts (id int primary key, balance bigint, changes bigint)"
                    + " with (fillfactor = 10)");
            statement.execute(Screen.format(
                    "insert into accounts select i, %d, 0 from generate_series(0, %d) i", BALANCE, ACCOUNTS - 1));
        }
    }

    private static void transfer(Transactions transactions) throws SQLException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int from = random.nextInt(ACCOUNTS);
        int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
        transactions.run(connection -> {
            add(connection, from, -1);
            add(connection, to, 1);
        });
    }

    private static void add(Connection connection, int account, int amount) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update accounts set balance = balance + ?, changes = changes + 1 where id = ?")) {
            update.setInt(1, amount);
            update.setInt(2, account);
            update.executeUpdate();
        }
    }

    private void check(long acknowledged) throws SQLException, BrokenPromiseException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select sum(balance), sum(changes) from accounts")) {
            row.next();
            BrokenPromiseException.unless(
                    row.getLong(1) == (long) ACCOUNTS * BALANCE,
                    "the accounts hold " + row.getLong(1) + " together, and held " + ACCOUNTS * BALANCE);
            BrokenPromiseException.unless(
                    row.getLong(2) == 2 * acknowledged,
                    acknowledged + " transfers were acknowledged, and the accounts were changed " + row.getLong(2)
                            + " times, not twice as often");
        }
    }

    @Override
    public void close() throws SQLException {
        pool.close();
        alterRole(primary, "reset deadlock_timeout");
    }
}
