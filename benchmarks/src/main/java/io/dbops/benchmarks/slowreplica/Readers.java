package io.dbops.benchmarks.slowreplica;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Reads at a steady rate that does not wait for answers: a read is due every 10 ms, and its time counts from then. So
 * the reads that a slow one holds up are counted with it, as those who wait for them would.
 */
final class Readers implements AutoCloseable {

    private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(10);

    /** More than are ever under way, 2 s after 2 s of waiting included. */
    private static final int THREADS = 400;

    private final DataSource source;
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS, work -> {
        var thread = new Thread(work, "reader");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<Read> reads = new ConcurrentLinkedQueue<>();

    Readers(DataSource source) {
        this.source = source;
    }

    /**
     * A read.
     *
     * @param nanos from when it was due until it returned or failed
     * @param port the server that answered, 0 if none did
     */
    record Read(Phase phase, long nanos, int port) {
        boolean failed() {
            return port == 0;
        }
    }

    /** Reads for as long as the phase lasts; does not wait for the last reads. A read is of the phase in which it was due. */
    void during(Phase phase) {
        long start = System.nanoTime();
        for (long at = 0; at < phase.duration().toNanos(); at += EVERY) {
            long due = start + at;
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            threads.execute(() -> {
                int port = read();
                reads.add(new Read(phase, System.nanoTime() - due, port));
            });
        }
    }

    private int read() {
        try (Connection connection = source.getConnection()) {
            connection.setReadOnly(true);
            try (PreparedStatement statement = connection.prepareStatement("select inet_server_port()");
                    ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        } catch (SQLException e) {
            return 0;
        }
    }

    /** All reads, once the last has returned. */
    List<Read> finish() throws InterruptedException {
        threads.shutdown();
        if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("reads hang for a minute");
        }
        return List.copyOf(reads);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
