package io.dbops.test;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import javax.sql.DataSource;

/**
 * A workload that counts stale reads: each session writes a value, waits, and reads it back through every router under
 * test. A router that returns an older value than the session wrote has served a stale read.
 *
 * <p>Sessions are interleaved, so that waiting costs no thread. The delay between write and read is zero in half of
 * the pairs and 1 to 200 ms in the others, drawn from the seed. All routers are read in each pair, in an order drawn
 * anew, so that they see the same replication lag.
 *
 * <p>Uses a table {@code write_then_read}, which it makes anew through the first session's writer. Not thread-safe;
 * blocks until all pairs are done; leaves every data source open.
 */
public final class WriteThenRead {

    /** What a replica says that is so far behind that the table is not there yet. */
    private static final String UNDEFINED_TABLE = "42P01";

    private static final long LATE_MILLIS = 50;
    private static final int LONGEST_DELAY_MILLIS = 200;

    private final int pairs;
    private final int threads;
    private final int sessions;
    private final long seed;
    private int perSecond;
    private final Map<String, IntFunction<DataSource>> readers = new LinkedHashMap<>();

    private WriteThenRead(int pairs, int threads, int sessions, long seed) {
        this.pairs = pairs;
        this.threads = threads;
        this.sessions = sessions;
        this.seed = seed;
    }

    /**
     * A workload of pairs of a write and a read.
     *
     * @param pairs how many in all, at least 1
     * @param threads how many threads work, at least 1
     * @param sessions how many sessions take turns, at least one a thread
     * @param seed draws delays and orders
     * @return the workload, without routers yet
     */
    public static WriteThenRead of(int pairs, int threads, int sessions, long seed) {
        if (pairs < 1 || threads < 1 || sessions < threads) {
            throw new IllegalArgumentException("pairs (" + pairs + "), threads (" + threads + "), sessions (" + sessions
                    + "): must be at least 1, and at least one session a thread");
        }
        return new WriteThenRead(pairs, threads, sessions, seed);
    }

    /**
     * Keeps to a rate. Without one the workload takes all the machine gives, which says little of a router: what
     * measures freshness competes with it.
     *
     * @param pairsPerSecond how many pairs a second, at most, over all threads; at least 1
     * @return this
     */
    public WriteThenRead pacedAt(int pairsPerSecond) {
        if (pairsPerSecond < 1) {
            throw new IllegalArgumentException("pairsPerSecond (" + pairsPerSecond + "): must be at least 1");
        }
        perSecond = pairsPerSecond;
        return this;
    }

    /**
     * Adds a router to read through.
     *
     * @param name its name in the report
     * @param dataSourceOfSession gives the data source that a session reads through, declared read-only
     * @return this
     */
    public WriteThenRead reading(String name, IntFunction<DataSource> dataSourceOfSession) {
        readers.put(requireNonNull(name, "name"), requireNonNull(dataSourceOfSession, "dataSourceOfSession"));
        return this;
    }

    /**
     * Runs all pairs.
     *
     * @param writerOfSession gives the data source that a session writes through
     * @return a count for each router, in the order they were added
     * @throws SQLException if a statement fails
     */
    public Map<String, Count> run(IntFunction<DataSource> writerOfSession) throws SQLException {
        prepare(writerOfSession.apply(0));
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            var started = new ArrayList<Future<Map<String, Count>>>();
            for (int i = 0; i < threads; i++) {
                var worker = new Worker(i, writerOfSession);
                started.add(workers.submit(worker::work));
            }
            return sum(started);
        } finally {
            workers.shutdownNow();
        }
    }

    private void prepare(DataSource writer) throws SQLException {
        try (Connection connection = writer.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists write_then_read");
            statement.execute("create table write_then_read (session int primary key, value int not null)");
            statement.execute(
                    "insert into write_then_read select n, 0 from generate_series(0, " + (sessions - 1) + ") as n");
        }
    }

    private static Map<String, Count> sum(List<Future<Map<String, Count>>> started) throws SQLException {
        var total = new LinkedHashMap<String, Count>();
        try {
            for (Future<Map<String, Count>> worker : started) {
                worker.get().forEach((name, count) -> total.merge(name, count, Count::plus));
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException cause) {
                throw cause;
            }
            throw new IllegalStateException("a worker failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("the workload was interrupted", "57014", e);
        }
        return total;
    }

    /**
     * What one router did.
     *
     * @param reads how many reads it served
     * @param stale how many returned an older value than their session wrote
     * @param onReplica how many were served by a replica
     * @param late how many came 50 ms or more after their session's write
     * @param lateOnReplica how many of those were served by a replica
     */
    public record Count(long reads, long stale, long onReplica, long late, long lateOnReplica) {

        private static final Count NONE = new Count(0, 0, 0, 0, 0);

        private Count plus(Count other) {
            return new Count(
                    reads + other.reads,
                    stale + other.stale,
                    onReplica + other.onReplica,
                    late + other.late,
                    lateOnReplica + other.lateOnReplica);
        }

        private Count read(boolean wasStale, boolean wasOnReplica, boolean wasLate) {
            return plus(new Count(
                    1, wasStale ? 1 : 0, wasOnReplica ? 1 : 0, wasLate ? 1 : 0, wasLate && wasOnReplica ? 1 : 0));
        }

        /**
         * The part of the reads that were stale.
         *
         * @return from 0 to 1
         */
        public double staleShare() {
            return (double) stale / Math.max(1, reads);
        }

        /**
         * The part of the reads that a replica served.
         *
         * @return from 0 to 1
         */
        public double replicaShare() {
            return (double) onReplica / Math.max(1, reads);
        }

        /**
         * The part of the late reads that a replica served.
         *
         * @return from 0 to 1
         */
        public double lateReplicaShare() {
            return (double) lateOnReplica / Math.max(1, late);
        }
    }

    /** A thread's share of the sessions, each of which is always between a write and its read. */
    private final class Worker {

        private final int number;
        private final IntFunction<DataSource> writerOfSession;
        private final SplittableRandom random;
        private final Map<String, Count> counts = new LinkedHashMap<>();
        private final List<String> order = new ArrayList<>(readers.keySet());
        private final AtomicInteger values = new AtomicInteger();

        Worker(int number, IntFunction<DataSource> writerOfSession) {
            this.number = number;
            this.writerOfSession = writerOfSession;
            random = new SplittableRandom(seed + number);
            readers.keySet().forEach(name -> counts.put(name, Count.NONE));
        }

        private record Pending(int session, int value, long writtenAt, long dueAt) {}

        /** Reads that are due come first, so that the delays are kept; then writes, at their pace. */
        Map<String, Count> work() throws SQLException {
            var idle = new ArrayDeque<Integer>();
            for (int session = number; session < sessions; session += threads) {
                idle.add(session);
            }
            var pending = new PriorityQueue<Pending>((a, b) -> Long.compare(a.dueAt, b.dueAt));
            long pace = perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(threads) / perSecond;
            long nextWrite = System.nanoTime();
            int left = pairs / threads + (number < pairs % threads ? 1 : 0);
            while (left > 0 || !pending.isEmpty()) {
                long now = System.nanoTime();
                long nextRead = pending.isEmpty() ? Long.MAX_VALUE : pending.element().dueAt - now;
                long untilWrite = left == 0 || idle.isEmpty() ? Long.MAX_VALUE : nextWrite - now;
                if (nextRead <= 0) {
                    Pending due = pending.remove();
                    readThroughAll(due);
                    idle.add(due.session);
                } else if (untilWrite <= 0) {
                    pending.add(write(idle.remove()));
                    nextWrite = Math.max(nextWrite + pace, now);
                    left--;
                } else {
                    LockSupport.parkNanos(Math.min(nextRead, untilWrite));
                }
            }
            return counts;
        }

        private Pending write(int session) throws SQLException {
            int value = values.incrementAndGet();
            try (Connection connection = writerOfSession.apply(session).getConnection();
                    PreparedStatement update =
                            connection.prepareStatement("update write_then_read set value = ? where session = ?")) {
                update.setInt(1, value);
                update.setInt(2, session);
                update.executeUpdate();
            }
            long writtenAt = System.nanoTime();
            long delay = random.nextBoolean() ? 0 : 1 + random.nextInt(LONGEST_DELAY_MILLIS);
            return new Pending(
                    session,
                    value,
                    writtenAt,
                    writtenAt + Duration.ofMillis(delay).toNanos());
        }

        private void readThroughAll(Pending written) throws SQLException {
            for (int i = order.size() - 1; i > 0; i--) {
                order.set(i, order.set(random.nextInt(i + 1), order.get(i)));
            }
            for (String name : order) {
                long elapsed = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - written.writtenAt);
                DataSource reader = requireNonNull(readers.get(name)).apply(written.session);
                try (Connection connection = reader.getConnection()) {
                    connection.setReadOnly(true);
                    read(connection, name, written, elapsed >= LATE_MILLIS);
                }
            }
        }

        private void read(Connection connection, String name, Pending written, boolean late) throws SQLException {
            boolean stale;
            boolean onReplica;
            try (PreparedStatement select = connection.prepareStatement(
                    "select value, pg_is_in_recovery() from write_then_read where session = ?")) {
                select.setInt(1, written.session);
                try (ResultSet row = select.executeQuery()) {
                    stale = !row.next() || row.getInt(1) < written.value;
                    onReplica = stale || row.getBoolean(2);
                }
            } catch (SQLException e) {
                if (!UNDEFINED_TABLE.equals(e.getSQLState())) {
                    throw e;
                }
                stale = true;
                onReplica = true;
            }
            Count read = requireNonNull(counts.get(name)).read(stale, onReplica, late);
            counts.put(name, read);
        }
    }
}
