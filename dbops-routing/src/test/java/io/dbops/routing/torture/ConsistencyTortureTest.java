package io.dbops.routing.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * P1 and P2 under everything that happens to a cluster: several processes work on a few registers, with sessions of all
 * kinds, while servers, networks and processes are paused, cut, crashed, replaced and promoted. The whole history is
 * noted and checked afterwards.
 *
 * <p>The short form, {@code -Ddbops.torture=short}, takes a minute and a half; the long one, {@code
 * -Ddbops.torture=long}, a million operations, or as many as {@code -Ddbops.operations=} says. {@code -Ddbops.seed=}
 * repeats the draws of an earlier run; real servers and threads make another history of them.
 */
@Tag("torture")
class ConsistencyTortureTest {

    private static final boolean LONG = "long".equals(System.getProperty("dbops.torture"));
    private static final long OPERATIONS = Long.getLong("dbops.operations", 1_000_000);
    private static final Duration SHORT = Duration.ofSeconds(70);
    private static final double LEAST_REPLICA_SHARE = 0.30;

    @Test
    void noReadSeesLessThanItWasPromised() throws Exception {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        System.out.println("consistency torture, seed " + seed);
        Path directory = Files.createTempDirectory("dbops-torture");
        long start = System.nanoTime();
        Nemesis nemesis;
        List<Row> table;
        var files = new ArrayList<Path>();
        try (Rig rig = Rig.start(seed, directory)) {
            rig.workers.forEach(worker -> files.add(worker.history));
            nemesis = new Nemesis(rig, seed, LONG);
            nemesis.run(() -> rig.operations() >= OPERATIONS || (!LONG && System.nanoTime() - start > SHORT.toNanos()));
            rig.stopWorkers();
            try (Connection connection = rig.cluster.primary().connect()) {
                table = Table.all(connection);
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        Verdict verdict = ConsistencyChecker.check(FileHistory.of(files, nemesis.troubles, table));
        nemesis.notRecovered.forEach(what -> verdict.violated(Rule.NOT_RECOVERED, what));
        System.out.println(Summary.of(verdict, nemesis, seed, took));
        if (verdict.isClean()) {
            delete(directory);
        } else {
            Files.writeString(
                    directory.resolve("troubles.txt"),
                    String.join(
                            "\n",
                            nemesis.troubles.stream().map(Trouble::toString).toList()));
            System.out.println("The history is in " + directory);
        }
        assertThat(verdict.violations).as("seed %d", seed).isEmpty();
        assertThat(verdict.replicaShare()).as("seed %d", seed).isGreaterThan(LEAST_REPLICA_SHARE);
        assertThat(verdict.healthyFailures)
                .as("seed %d: errors while all was well", seed)
                .isLessThanOrEqualTo(verdict.healthyReads / 1000);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
