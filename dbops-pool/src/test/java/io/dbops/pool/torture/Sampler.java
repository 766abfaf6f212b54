package io.dbops.pool.torture;

import io.dbops.test.EmbeddedNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Counts the fleet's connections on a server every 20 ms in two ways: as the server's own view has them, and as processes
 * of the operating system, which are there before the view knows them and after.
 */
final class Sampler implements AutoCloseable {

    private static final long EVERY_NANOS = 20_000_000;
    private static final int MOST_TOLD = 20;

    /** Pooled connections, guards, and slots that pooled connections are on. */
    private static final String COUNT = """
            with clients as materialized (
              select pid, application_name as name from pg_stat_activity
              where usename = 'app' and backend_type = 'client backend')
            select (select count(*) from clients where name = ?),
              (select count(*) from clients where name like 'dbops guard %'),
              (select count(distinct (classid, objid)) from pg_locks join clients using (pid)
               where name = ? and locktype = 'advisory' and objsubid = 2 and granted and classid::bigint % 16 in (3, 4))""";

    private final EmbeddedNode server;
    private final int slots;
    private final IntSupplier instances;
    private final long origin = System.nanoTime();
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads;
    private volatile String event = "start";
    private volatile boolean stopped;

    private final AtomicInteger samples = new AtomicInteger();

    /** The largest of each, written by one thread. */
    private volatile int mostPooled;

    private volatile int mostGuards;
    private volatile int mostWithout;
    private final AtomicInteger violated = new AtomicInteger();
    private final AtomicInteger processSamples = new AtomicInteger();
    private volatile int mostProcesses;
    private final AtomicInteger processesViolated = new AtomicInteger();

    /** For so many slots, and as many connections more as there are instances that may ask for one. */
    Sampler(EmbeddedNode server, int slots, IntSupplier instances) {
        this.server = server;
        this.slots = slots;
        this.instances = instances;
        threads = List.of(
                new Thread(this::sampleActivity, "sample-activity-" + server.name()),
                new Thread(this::sampleProcesses, "sample-processes-" + server.name()));
        threads.forEach(thread -> {
            thread.setDaemon(true);
            thread.start();
        });
    }

    /** For the messages: what happens now. */
    void during(String what) {
        event = what;
    }

    private void sampleActivity() {
        while (!stopped) {
            try (Connection connection = server.connectAsSuperuser();
                    PreparedStatement statement = connection.prepareStatement(COUNT)) {
                statement.setString(1, Instance.APPLICATION);
                statement.setString(2, Instance.APPLICATION);
                while (!stopped) {
                    long next = System.nanoTime() + EVERY_NANOS;
                    int asking = instances.getAsInt();
                    try (ResultSet row = statement.executeQuery()) {
                        row.next();
                        seen(row.getInt(1), row.getInt(2), row.getInt(3), asking);
                    }
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            } catch (SQLException e) {
                // The server is away.
                LockSupport.parkNanos(EVERY_NANOS);
            }
        }
    }

    private void seen(int pooled, int guards, int onSlots, int asking) {
        samples.incrementAndGet();
        mostPooled = Math.max(mostPooled, pooled);
        mostGuards = Math.max(mostGuards, guards);
        mostWithout = Math.max(mostWithout, pooled - onSlots);
        if (pooled > slots + asking) {
            violated.incrementAndGet();
            tell(pooled + " pooled connections, more than " + slots + " slots and " + asking + " that may be asking");
        } else if (pooled - onSlots > asking) {
            violated.incrementAndGet();
            tell(pooled + " pooled connections on " + onSlots + " slots, and only " + asking + " may be asking");
        }
    }

    private void sampleProcesses() {
        while (!stopped) {
            long next = System.nanoTime() + EVERY_NANOS;
            int asking = instances.getAsInt();
            int guards = mostGuards;
            int clients = clients();
            processSamples.incrementAndGet();
            mostProcesses = Math.max(mostProcesses, clients);
            int bound = slots + asking + Math.max(guards, asking);
            if (clients > bound) {
                processesViolated.incrementAndGet();
                tell(clients + " processes, more than " + bound);
            }
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    /** Children of the postmaster that serve the application. */
    private int clients() {
        try {
            long postmaster = server.pid();
            String children = Files.readString(Path.of("/proc/" + postmaster + "/task/" + postmaster + "/children"));
            int count = 0;
            for (String pid : children.split(" ")) {
                if (!pid.isBlank() && isClient(pid)) {
                    count++;
                }
            }
            return count;
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }

    private static boolean isClient(String pid) {
        try {
            String title = new String(Files.readAllBytes(Path.of("/proc/" + pid + "/cmdline")), StandardCharsets.UTF_8);
            // A process that is dead but not buried has no title.
            return title.startsWith("postgres: app ");
        } catch (IOException e) {
            return false;
        }
    }

    private void tell(String what) {
        if (violations.size() < MOST_TOLD) {
            violations.add((System.nanoTime() - origin) / 1_000_000 + " ms, " + event + ": " + what);
        }
    }

    List<String> violations() {
        return List.copyOf(violations);
    }

    @Override
    public String toString() {
        return server.name() + ": slots " + slots + "; the server's view: " + samples + " samples, most pooled "
                + mostPooled
                + ", most of them on no slot " + mostWithout
                + ", most guards " + mostGuards + ", violations " + violated + "; processes: " + processSamples
                + " samples, most " + mostProcesses + ", violations " + processesViolated;
    }

    int samples() {
        return samples.get();
    }

    @Override
    public void close() {
        stopped = true;
        try {
            for (Thread thread : threads) {
                thread.join(5_000);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
