package io.dbops.routing.torture;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Freshness;
import io.dbops.Node;
import io.dbops.NodeStatus;
import io.dbops.Topology;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One application process: a router of its own over pools of its own, and threads that read and write through it.
 *
 * <p>Arguments: its number, the seed, {@code synchronous_commit}, the history file, and {@code name=port=port} of each node, for its
 * pool and its watch.
 * Ten times a second it prints a line: the instant, the operations done, and what its router knows. It ends when a line
 * comes in or its parent is gone.
 */
final class Worker {

    static final Duration BOUND = Duration.ofMillis(1500);
    static final Duration IN_OUTAGE = Duration.ofSeconds(20);
    static final int THREADS = 6;

    private static final long LOOK_NANOS = 2_000_000;
    private static final long TELL_NANOS = 100_000_000;

    private final int process;
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong done = new AtomicLong();

    private Worker(int process) {
        this.process = process;
    }

    public static void main(String[] args) throws Exception {
        // What is logged goes elsewhere, so that the parent gets nothing but what it is told.
        PrintStream parent = System.out;
        System.setOut(System.err);
        var worker = new Worker(Integer.parseInt(args[0]));
        for (int i = 4; i < args.length; i++) {
            String[] node = args[i].split("=", 3);
            worker.addNode(node[0], Integer.parseInt(node[1]), Integer.parseInt(node[2]), args[2]);
        }
        worker.run(Long.parseLong(args[1]), Path.of(args[3]), parent);
        parent.println("end");
        // Whatever a fault has left hanging does not keep the process.
        Runtime.getRuntime().halt(0);
    }

    private void addNode(String name, int port, int watchPort, String synchronousCommit) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(dataSource(
                port,
                2,
                "-c lock_timeout=1000 -c statement_timeout=5000"
                        + " -c idle_in_transaction_session_timeout=5000 -c synchronous_commit=" + synchronousCommit));
        config.setMaximumPoolSize(THREADS + 1);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(2_000);
        config.setValidationTimeout(1_000);
        config.setInitializationFailTimeout(-1);
        var pool = new HikariDataSource(config);
        pools.add(pool);
        nodes.add(Node.of(name, pool, dataSource(watchPort, 1, "")));
    }

    private static PGSimpleDataSource dataSource(int port, int seconds, String options) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"127.0.0.1"});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName("app");
        dataSource.setUser("app");
        dataSource.setPassword("app");
        dataSource.setConnectTimeout(1);
        dataSource.setSocketTimeout(seconds);
        dataSource.setCancelSignalTimeout(1);
        dataSource.setOptions(options);
        try {
            dataSource.setProperty("readOnlyMode", "always");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return dataSource;
    }

    private void run(long seed, Path file, PrintStream parent) throws IOException, InterruptedException {
        var random = new SplittableRandom(seed + process);
        try (var history = new HistoryFile(file);
                RoutedDataSource routed = LagAwareRouting.within(BOUND)
                        .answeringWithin(Duration.ofMillis(500))
                        .waitingForPrimary(Duration.ofSeconds(2))
                        .servingUpTo(IN_OUTAGE)
                        .abandoningAfter(Duration.ofSeconds(3))
                        .wrap(nodes)) {
            var sessions = new Sessions(process, routed);
            var post = new TokenPost(Files.createDirectories(FileHistory.tokens(file)), process);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < THREADS; i++) {
                var client = new Client(process, i, sessions, history, post, random.split(), stop, done);
                threads.add(new Thread(client, "client-" + i));
            }
            var orders = new Thread(this::awaitOrder, "orders");
            orders.setDaemon(true);
            orders.start();
            threads.forEach(Thread::start);
            look(routed, history, parent);
            for (Thread thread : threads) {
                thread.join();
            }
        } finally {
            pools.forEach(HikariDataSource::close);
        }
    }

    private void awaitOrder() {
        try (var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (in.readLine() == null) {
                Runtime.getRuntime().halt(1);
            }
            stop.set(true);
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
    }

    /** Notes whom the router follows, and tells the parent, until the end. */
    private void look(RoutedDataSource routed, HistoryFile history, PrintStream parent) throws IOException {
        var reigns = new Reigns(process, history);
        long tell = 0;
        while (!stop.get()) {
            long before = System.nanoTime();
            Topology topology = routed.topology();
            reigns.seen(topology, before, System.nanoTime());
            if (before >= tell) {
                tell = before + TELL_NANOS;
                parent.println(line(before, topology));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        reigns.close();
    }

    private String line(long now, Topology topology) {
        var text = new StringBuilder().append(now).append(' ').append(done.get());
        for (NodeStatus node : topology.nodes()) {
            text.append(String.format(Locale.ROOT, " %s:%s:%d", node.name(), node.role(), staleness(node.freshness())));
        }
        return text.toString();
    }

    private static long staleness(Freshness freshness) {
        return freshness instanceof Freshness.Known known ? known.staleness().toMillis() : -1;
    }
}
