package io.dbops.benchmarks.failover;

import io.dbops.benchmarks.failover.Call.Failure;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Steady clients, four that write and four that read, each with one call every 10 ms, or as soon as the last one
 * returned. Nobody tries again: a failed call is a failed call. Each call tells which server answered it.
 */
final class Clients implements AutoCloseable {

    static final int OF_EACH_KIND = 4;
    static final String TABLE = "failover_writes";

    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(10);
    private static final String INSERT = "insert into " + TABLE + " values (?) returning inet_server_port()";
    private static final String SELECT = "select inet_server_port()";

    private final AtomicLong ids = new AtomicLong();
    private final Queue<Call> writes = new ConcurrentLinkedQueue<>();
    private final Queue<Call> reads = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    /** Something a client does on a new connection; the port of the server that answered. */
    @FunctionalInterface
    private interface Work {
        int run(Connection connection, long id) throws SQLException;
    }

    static Clients start(DataSource forWrites, DataSource forReads) {
        var clients = new Clients();
        for (int i = 0; i < OF_EACH_KIND; i++) {
            int number = i;
            clients.start("writer-" + i, () -> clients.work(number, forWrites, true, clients.writes, Clients::write));
            clients.start("reader-" + i, () -> clients.work(number, forReads, false, clients.reads, Clients::read));
        }
        return clients;
    }

    private void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void work(int client, DataSource source, boolean writing, Queue<Call> calls, Work work) {
        long due = System.nanoTime();
        while (!stopped) {
            long id = writing ? ids.incrementAndGet() : -1;
            long start = System.nanoTime();
            try (Connection connection = source.getConnection()) {
                int port = work.run(connection, id);
                calls.add(new Call(client, id, start, System.nanoTime(), port, null));
            } catch (SQLException | RuntimeException e) {
                Failure failure = Failure.of(e);
                calls.add(new Call(client, id, start, System.nanoTime(), 0, failure));
            }
            due = Math.max(due + EVERY, System.nanoTime());
            for (long left = due - System.nanoTime(); left > 0 && !stopped; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    private static int write(Connection connection, long id) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setLong(1, id);
            return port(insert);
        }
    }

    private static int read(Connection connection, long ignored) throws SQLException {
        connection.setReadOnly(true);
        try (PreparedStatement select = connection.prepareStatement(SELECT)) {
            return port(select);
        }
    }

    private static int port(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    /** What was written so far, or failed to be, in the order of the ends of each client. */
    List<Call> writes() {
        return List.copyOf(writes);
    }

    List<Call> reads() {
        return List.copyOf(reads);
    }

    /** Whether every writer has got an answer from this server. */
    boolean allWriteTo(int port) {
        return writes.stream()
                        .filter(call -> call.port() == port)
                        .mapToInt(Call::client)
                        .distinct()
                        .count()
                == OF_EACH_KIND;
    }

    /** Ends all calls; waits for those that are under way. */
    @Override
    public void close() {
        stopped = true;
        threads.forEach(LockSupport::unpark);
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(30));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
