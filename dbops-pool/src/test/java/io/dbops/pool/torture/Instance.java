package io.dbops.pool.torture;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.dbops.Credentials;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.pool.FleetPools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.util.PSQLException;

/**
 * One application process: a pool of a fleet, and more threads than it will ever have connections for, which run short
 * queries and, one in twenty, a long one.
 *
 * <p>Arguments: the URL, the usable connections, the seed. It prints {@code open} when it has joined, then five times a
 * second a line: queries done, connections in use, the pool's size, refusals by the server for lack of connections, and
 * its errors by SQLState. The line {@code long} has it run queries of more than ten seconds. It leaves on SIGTERM, and ends when its parent is gone.
 */
final class Instance {

    /** Seats of the ledger. */
    static final int SEATS = 10;

    /** Connections left to the test itself, and to exit tails. */
    static final int KEPT_BACK = 7;

    static final String APPLICATION = "orders";

    private static final int THREADS = 14;
    private static final int LONG_ONES = 6;
    private static final long TELL_NANOS = 200_000_000;

    private final NodePool pool;
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicInteger longOnes = new AtomicInteger();
    private final Map<String, AtomicLong> errors = new ConcurrentHashMap<>();
    private volatile boolean stopped;

    private Instance(NodePool pool) {
        this.pool = pool;
    }

    static FleetPools pools() {
        return FleetPools.reserving(KEPT_BACK).instances(SEATS).waiting(Duration.ofSeconds(3));
    }

    public static void main(String[] args) throws Exception {
        // What is logged goes elsewhere, so that the parent gets nothing but what it is told.
        PrintStream parent = System.out;
        System.setOut(System.err);
        var node = new Node.Addressed("db", args[0], Credentials.of("app", "app"));
        var limits = ConnectionLimits.given(Integer.parseInt(args[1]), "the server");
        var instance = new Instance(pools().open(APPLICATION, node, limits));
        Runtime.getRuntime().addShutdownHook(new Thread(instance::leave, "leave"));
        parent.println("open");
        instance.run(Long.parseLong(args[2]), parent);
    }

    private void leave() {
        stopped = true;
        pool.close();
    }

    private void run(long seed, PrintStream parent) {
        var seeds = new SplittableRandom(seed);
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = seeds.split();
            daemon(() -> work(random), "worker-" + i);
        }
        daemon(this::obey, "orders");
        while (!stopped) {
            parent.println(line());
            LockSupport.parkNanos(TELL_NANOS);
        }
        // What has been closed is told by the end of the process.
        LockSupport.park();
    }

    private static void daemon(Runnable work, String name) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void obey() {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                longOnes.set(LONG_ONES);
            }
        } catch (IOException e) {
            errors.computeIfAbsent("parent", key -> new AtomicLong()).incrementAndGet();
        }
        Runtime.getRuntime().halt(1);
    }

    private void work(SplittableRandom random) {
        while (!stopped) {
            try (Connection connection = pool.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(
                        String.format(Locale.ROOT, "select pg_sleep(%.3f) -- %s", seconds(random), APPLICATION));
                done.incrementAndGet();
            } catch (SQLException e) {
                count(e);
            }
        }
    }

    private double seconds(SplittableRandom random) {
        if (longOnes.get() > 0 && longOnes.getAndDecrement() > 0) {
            return random.nextDouble(10.5, 14);
        }
        return random.nextInt(20) == 0 ? random.nextDouble(1, 3) : random.nextDouble(0.02, 0.08);
    }

    private void count(SQLException error) {
        errors.computeIfAbsent(String.valueOf(error.getSQLState()), state -> new AtomicLong())
                .incrementAndGet();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof PSQLException server && "53300".equals(server.getSQLState())) {
                refused.incrementAndGet();
            }
        }
    }

    private String line() {
        try {
            var hikari = pool.dataSource().unwrap(HikariDataSource.class);
            HikariPoolMXBean figures = hikari.getHikariPoolMXBean();
            int active = figures == null ? 0 : figures.getActiveConnections();
            return done + " " + active + " " + hikari.getMaximumPoolSize() + " " + refused + " "
                    + new ConcurrentSkipListMap<>(errors);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
