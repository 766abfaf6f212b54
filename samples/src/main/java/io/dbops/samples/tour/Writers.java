package io.dbops.samples.tour;

import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.Session;
import io.dbops.tx.Transactions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Threads that write a row each few milliseconds, each in a session of its own, and note what became of it. */
final class Writers implements AutoCloseable {

    static final int THREADS = 4;
    static final long PERIOD_MILLIS = 5;

    /**
     * What became of a write.
     *
     * @param id the row's
     * @param session the writer's
     * @param node who acknowledged it, or the SQLState with which it failed
     * @param isDone whether it was acknowledged
     * @param ended when, by the writers' watch
     * @param took how long it took
     */
    record Write(long id, Session session, String node, boolean isDone, Duration ended, Duration took) {}

    private final Stopwatch watch = Stopwatch.started();
    private final Queue<Write> writes = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private volatile boolean stopped;

    private Writers() {}

    static Writers on(DbOps db) throws SQLException {
        db.transactions().run(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("create table failover (id bigint primary key)");
            }
        });
        var writers = new Writers();
        IntStream.range(0, THREADS).forEach(i -> writers.threads.execute(() -> writers.write(i, db.session())));
        return writers;
    }

    private void write(int first, Session session) {
        Transactions transactions = Transactions.over(session.dataSource());
        for (long id = first; !stopped; id += THREADS) {
            writes.add(write(id, session, transactions));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PERIOD_MILLIS));
        }
    }

    private Write write(long id, Session session, Transactions transactions) {
        Duration began = watch.elapsed();
        String result;
        boolean isDone = false;
        try {
            result = transactions.write(connection -> {
                try (var insert = connection.prepareStatement("insert into failover values (?)")) {
                    insert.setLong(1, id);
                    insert.executeUpdate();
                }
                return connection.unwrap(RoutingDecision.class).node();
            });
            isDone = true;
        } catch (SQLException e) {
            result = String.valueOf(e.getSQLState());
        }
        Duration ended = watch.elapsed();
        return new Write(id, session, result, isDone, ended, ended.minus(began));
    }

    /** The time since they began. */
    Duration now() {
        return watch.elapsed();
    }

    /** What they have written so far. */
    List<Write> all() {
        return List.copyOf(writes);
    }

    /** What a node has acknowledged so far, in its order. */
    Stream<Write> acknowledgedBy(String node) {
        return writes.stream().filter(write -> write.isDone && write.node.equals(node));
    }

    /** Lets them end what they write, and write no more. */
    void stop() throws InterruptedException {
        stopped = true;
        threads.shutdown();
        threads.awaitTermination(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }
}
