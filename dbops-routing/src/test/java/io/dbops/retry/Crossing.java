package io.dbops.retry;

import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Lets some lock what they have in common crosswise, once, and hears what is reported. */
final class Crossing implements RetryListener {

    /** Somebody who locks two things. */
    @FunctionalInterface
    interface Party {
        void run() throws Exception;
    }

    private final List<DeadlockReport> reports = new ArrayList<>();
    private final CyclicBarrier meeting;
    private final ThreadLocal<Boolean> hasMet = ThreadLocal.withInitial(() -> false);

    Crossing(int parties) {
        meeting = new CyclicBarrier(parties);
    }

    @Override
    public void on(RetryEvent event) {
        if (event instanceof RetryEvent.Deadlocked deadlocked) {
            synchronized (reports) {
                reports.add(deadlocked.report());
            }
        }
    }

    List<DeadlockReport> reports() {
        synchronized (reports) {
            return List.copyOf(reports);
        }
    }

    /** The first thing, then the second when all have their first. Whoever runs again does not wait for the others. */
    void cross(Connection connection, String first, String second) throws SQLException {
        execute(connection, first);
        if (!hasMet.get()) {
            hasMet.set(true);
            try {
                meeting.await(20, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        execute(connection, second);
    }

    void rows(Connection connection, int first, int second) throws SQLException {
        cross(connection, add(first), add(second));
    }

    /**
     * Crosses row 2 and then row 1 without a router; the server lets others look for the deadlock.
     *
     * @param before what to await before the commit
     */
    void asStranger(EmbeddedNode node, Connection stranger, Party before) throws Exception {
        LostCommit.asSuperuser(node, "grant set on parameter deadlock_timeout to app");
        try (stranger) {
            execute(stranger, "set deadlock_timeout = '60s'");
            execute(stranger, "set application_name = 'nightly job'");
            stranger.setAutoCommit(false);
            rows(stranger, 2, 1);
            before.run();
            stranger.commit();
        }
    }

    static String add(int id) {
        return "update account set amount = amount + 1 where id = " + id;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Runs all until the end. */
    void run(Party... parties) throws Exception {
        var running = new ArrayList<CompletableFuture<Void>>();
        for (Party party : parties) {
            var done = new CompletableFuture<Void>();
            running.add(done);
            var thread = new Thread(
                    () -> {
                        try {
                            party.run();
                            done.complete(null);
                        } catch (Throwable e) {
                            done.completeExceptionally(e);
                        }
                    },
                    "party-" + running.size());
            thread.setDaemon(true);
            thread.start();
        }
        for (CompletableFuture<Void> each : running) {
            each.get(40, TimeUnit.SECONDS);
        }
    }

    DeadlockReport awaitReport() throws Exception {
        await("a report", () -> !reports().isEmpty());
        return reports().get(0);
    }

    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    static Party unit(Transactions transactions, String name, Crossing crossing, int first, int second) {
        return () -> transactions.named(name).run(connection -> crossing.rows(connection, first, second));
    }

    /** The line that calls this. */
    static int line() {
        return StackWalker.getInstance()
                .walk(frames -> frames.skip(1).findFirst().orElseThrow())
                .getLineNumber();
    }
}
