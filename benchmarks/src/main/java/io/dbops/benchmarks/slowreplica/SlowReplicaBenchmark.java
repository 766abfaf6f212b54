package io.dbops.benchmarks.slowreplica;

import io.dbops.benchmarks.slowreplica.Readers.Read;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Puts 200 ms between the clients and one of two replicas, under steady reads, and measures what the reads take before,
 * meanwhile and after.
 */
public final class SlowReplicaBenchmark {

    /** In each direction: a round trip takes twice as long. */
    private static final Duration DELAY = Duration.ofMillis(100);

    private final EmbeddedCluster cluster;
    private final EmbeddedNode slow;
    private final Map<Contender, List<Read>> reads = new EnumMap<>(Contender.class);

    private SlowReplicaBenchmark(EmbeddedCluster cluster) {
        this.cluster = cluster;
        slow = cluster.replicas().get(1);
    }

    /**
     * Runs it; a round takes about a minute.
     *
     * @param arguments the number of rounds, 3 if left out
     * @throws Exception if the cluster fails
     */
    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length == 0 ? 3 : Integer.parseInt(arguments[0]);
        try (var cluster = EmbeddedCluster.builder().replicas(2).proxied().start()) {
            System.out.println(cluster + ", JDK " + Runtime.version() + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors");
            var benchmark = new SlowReplicaBenchmark(cluster);
            for (int round = 1; round <= rounds; round++) {
                for (Contender contender : Contender.values()) {
                    System.out.printf("round %d of %d: %s%n", round, rounds, contender.title());
                    benchmark.run(contender);
                }
            }
            benchmark.print();
        }
    }

    private void run(Contender contender) throws InterruptedException {
        try (Contender.Opened opened = contender.open(cluster);
                var readers = new Readers(opened.reads())) {
            boolean isSlow = false;
            for (Phase phase : Phase.values()) {
                if (phase.isSlow() != isSlow) {
                    isSlow = phase.isSlow();
                    slow.network().delay(isSlow ? DELAY : Duration.ZERO);
                }
                readers.during(phase);
            }
            reads.computeIfAbsent(contender, key -> new ArrayList<>()).addAll(readers.finish());
        } finally {
            slow.network().heal();
        }
    }

    private void print() throws SQLException {
        int slowPort = port();
        for (Phase phase : Phase.values()) {
            if (phase.counts()) {
                System.out.printf(
                        "%n%-36s %7s %7s %7s %7s %12s %7s%n",
                        phase.title() + ", ms", "reads", "p50", "p99", "worst", "by slow one", "failed");
                reads.forEach((contender, all) -> print(contender, of(all, phase), slowPort));
            }
        }
    }

    private static List<Read> of(List<Read> reads, Phase phase) {
        return reads.stream().filter(read -> read.phase() == phase).toList();
    }

    private static void print(Contender contender, List<Read> reads, int slowPort) {
        long[] nanos = reads.stream().mapToLong(Read::nanos).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%-36s %7d %7.1f %7.1f %7.1f %10.1f %% %7d%n",
                contender.title(),
                nanos.length,
                percentile(nanos, 50),
                percentile(nanos, 99),
                percentile(nanos, 100),
                100.0 * reads.stream().filter(read -> read.port() == slowPort).count() / nanos.length,
                reads.stream().filter(Read::failed).count());
    }

    private static double percentile(long[] sorted, int percent) {
        return sorted[(int) Math.ceil(sorted.length * percent / 100.0) - 1] / 1e6;
    }

    /** The port that the server itself listens on, behind its proxy. */
    private int port() throws SQLException {
        try (Connection connection = slow.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select inet_server_port()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
