package io.dbops.routing.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
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
 * repeats the draws of an earlier run; real servers and threads make another history of them. {@code
 * -Ddbops.episode=} has only episodes of one name.
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
        boolean keep = false;
        try {
            List<String> notRecovered = run(seed, directory);
            Verdict verdict = ConsistencyChecker.check(FileHistory.of(directory));
            notRecovered.forEach(what -> verdict.violated(Rule.NOT_RECOVERED, what));
            System.out.println("consistency torture, seed " + seed + ": " + Summary.of(verdict));
            keep = !verdict.isClean();
            assertThat(verdict.violations)
                    .as("seed %d, history in %s", seed, directory)
                    .isEmpty();
            assertThat(verdict.excused.getOrDefault(Excused.READS_UNDECIDED, 0L))
                    .as("seed %d: reads of which nothing can be said", seed)
                    .isLessThan(verdict.operations / 100);
            assertThat(verdict.replicaShare()).as("seed %d", seed).isGreaterThan(LEAST_REPLICA_SHARE);
            assertThat(verdict.healthyFailures)
                    .as("seed %d: errors while all was well", seed)
                    .isLessThanOrEqualTo(verdict.healthyReads / 1000);
        } finally {
            if (!keep) {
                delete(directory);
            }
        }
    }

    /** Leaves the history in the directory, and returns the times at which routers did not find back. */
    private static List<String> run(long seed, Path directory) throws Exception {
        long start = System.nanoTime();
        try (Rig rig = Rig.start(seed, directory);
                var history = new HistoryFile(FileHistory.file(directory, "parent"))) {
            var nemesis = new Nemesis(rig, seed, LONG);
            nemesis.run(() -> rig.operations() >= OPERATIONS || (!LONG && System.nanoTime() - start > SHORT.toNanos()));
            rig.stopWorkers();
            for (Trouble trouble : nemesis.troubles) {
                history.add(trouble);
            }
            try (Connection connection = rig.cluster.primary().connect()) {
                for (Row row : Table.all(connection)) {
                    history.add(row);
                }
            }
            System.out.println(rig.operations() + " operations in "
                    + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s, episodes " + nemesis.episodes);
            return nemesis.notRecovered;
        }
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
