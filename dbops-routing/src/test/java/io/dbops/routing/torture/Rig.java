package io.dbops.routing.torture;

import io.dbops.routing.torture.WorkerProcess.Network;
import io.dbops.test.ClusterException;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/**
 * The cluster and the processes that work on it. The proxies of the cluster are only between its servers; each process
 * comes through its own, so that what one cannot reach another can.
 */
final class Rig implements AutoCloseable {

    static final int PROCESSES = 3;

    private static final Duration RECOVERY = Duration.ofSeconds(20);

    final EmbeddedCluster cluster;
    final List<WorkerProcess> workers = new ArrayList<>();

    private Rig(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    static Rig start(long seed, Path directory) throws Exception {
        EmbeddedCluster cluster = EmbeddedCluster.builder()
                .replicas(2)
                .proxied()
                .setting("max_connections", "150")
                .setting("wal_keep_size", "128MB")
                .setting("max_wal_size", "128MB")
                // A replica is sent what was written to the log file, by default up to 200 ms after the commit.
                .setting("wal_writer_delay", "10ms")
                // Replay that is held back for long would cancel the reads that are in its way.
                .setting("max_standby_streaming_delay", "-1")
                .start();
        var rig = new Rig(cluster);
        try {
            try (Connection connection = cluster.primary().connect()) {
                Table.create(connection);
            }
            cluster.awaitCaughtUp(Duration.ofSeconds(20));
            for (int i = 0; i < PROCESSES; i++) {
                // The last process does not wait for the log: a crash may lose what was acknowledged to it.
                rig.workers.add(WorkerProcess.start(i, seed, i < PROCESSES - 1, directory, rig.networks()));
            }
            return rig;
        } catch (Exception e) {
            rig.close();
            throw e;
        }
    }

    private Map<String, Network> networks() throws SQLException {
        var networks = new LinkedHashMap<String, Network>();
        for (EmbeddedNode node : cluster.nodes()) {
            networks.put(node.name(), Network.to((int) number(node, "select inet_server_port()")));
        }
        return networks;
    }

    /** Asks a server as superuser, past all proxies. */
    static long number(EmbeddedNode node, String sql) throws SQLException {
        try (Connection connection = node.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    long operations() {
        return workers.stream().mapToLong(WorkerProcess::operations).sum();
    }

    /** Returns when the replicas have caught up and every router knows it; else what is wrong. */
    String awaitHealthy() {
        cluster.nodes().forEach(node -> node.network().heal());
        awaitCaughtUp();
        long healed = System.nanoTime();
        String primary = cluster.primary().name();
        boolean well = await(
                RECOVERY,
                () -> workers.stream()
                        .allMatch(worker -> worker.toldSince(healed) && worker.sees(primary, Worker.BOUND.toMillis())));
        if (well) {
            return "";
        }
        var text = new StringBuilder("after " + RECOVERY + ", with " + primary + " as primary:");
        workers.forEach(worker -> text.append("\n    process ")
                .append(worker.number)
                .append(worker.isAlive() ? ": " : " is dead: ")
                .append(worker.told()));
        return text.toString();
    }

    private void awaitCaughtUp() {
        boolean well = await(RECOVERY, () -> {
            try {
                cluster.awaitCaughtUp(Duration.ofSeconds(10));
                return true;
            } catch (ClusterException e) {
                return false;
            }
        });
        if (!well) {
            cluster.awaitCaughtUp(Duration.ofSeconds(1));
        }
    }

    static boolean await(Duration timeout, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    return false;
                }
                LockSupport.parkNanos(5_000_000);
            }
            return true;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Lets faults take effect. It is time itself that is wanted here, not a condition. */
    static void hold(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    static void signal(String signal, long pid) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Freezes a process; a shell of its own thaws it, should this one not come to it. */
    static void freezeForSeconds(int seconds, long pid) throws IOException {
        signal("STOP", pid);
        new ProcessBuilder("sh", "-c", "sleep " + seconds + "; kill -CONT " + pid).start();
    }

    /** Ends the processes in order, so that their histories are complete. */
    void stopWorkers() throws IOException, InterruptedException {
        for (WorkerProcess worker : workers) {
            worker.stop();
        }
        for (WorkerProcess worker : workers) {
            worker.awaitEnd();
        }
    }

    @Override
    public void close() {
        workers.forEach(WorkerProcess::close);
        cluster.close();
    }
}
