package io.dbops.pool.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.pool.torture.Mishaps.Mishap;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P3: while processes of a fleet join, leave, and die in the middle of long queries, while their guards, their
 * connections and their server die, and while networks are cut, the server never runs more of their connections than
 * there are slots, and one more for each process that may be asking; it refuses none; and soon after, shares are fair
 * and connections are on all of them.
 *
 * <p>The short form has each kind of event once. The long one, {@code -Ddbops.torture=long}, goes on for ten minutes with more
 * processes, or as long as {@code -Ddbops.minutes=} says. {@code -Ddbops.seed=} repeats the draws of an earlier run;
 * real processes make another history of them. {@code -Ddbops.episode=} has only events whose names contain a word.
 */
@Tag("cluster-heavy")
class FleetTortureTest {

    private static final boolean LONG =
            System.getProperty("dbops.torture", "short").equals("long");
    private static final int INSTANCES = LONG ? 8 : 5;
    private static final Duration LEAST = Duration.ofMinutes(Long.getLong("dbops.minutes", LONG ? 10L : 0L));

    /** Of each of these the short form has one. */
    private static final List<List<String>> ALIKE = List.of(
            List.of("guard cut off", "pool cut off", "instance cut off"),
            List.of("instance frozen", "server frozen", "network flap"),
            List.of("server restarted", "server killed", "server process killed"));

    private final Tally tally = new Tally();

    @Test
    void theServerNeverRunsMoreConnectionsThanThereAreSlots(@TempDir Path directory) throws Exception {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        System.out.println("fleet torture, " + (LONG ? "long" : "short") + ", seed " + seed);
        var random = new SplittableRandom(seed);
        try (EmbeddedCluster cluster = EmbeddedCluster.builder()
                        .replicas(1)
                        .setting("max_connections", "80")
                        .start();
                Fleet fleet = Fleet.of(cluster.primary(), directory, seed, tally)) {
            EmbeddedNode replica = cluster.replicas().get(0);
            long start = System.nanoTime();
            for (int i = 0; i < INSTANCES; i++) {
                fleet.start();
            }
            for (InstanceProcess each : fleet.instances) {
                fleet.awaitOpen(each);
            }
            fleet.settled("start", System.nanoTime());
            try (Fleet readers = Fleet.of(replica, directory, ~seed, tally)) {
                promote(readers);
                torture(fleet, random, start);
            } finally {
                report(seed, start, fleet);
            }
            assertThat(fleet.sampler.violations()).as("seed %d", seed).isEmpty();
            assertThat(fleet.refused()).as("seed %d: refused connections", seed).isZero();
            assertThat(fleet.sampler.samples()).as("seed %d: samples", seed).isPositive();
        }
    }

    private void torture(Fleet fleet, SplittableRandom random, long start) throws Exception {
        Map<String, Mishap> all = new Mishaps(fleet, random).all();
        String only = System.getProperty("dbops.episode", "");
        all.keySet().removeIf(name -> !name.contains(only));
        if (!LONG) {
            all.remove("kill -9");
            ALIKE.forEach(alike -> leaveOne(all.keySet(), alike, random));
        }
        do {
            for (String name : shuffled(all.keySet(), random)) {
                fleet.sampler.during(name);
                all.get(name).happen();
            }
        } while (System.nanoTime() - start < LEAST.toNanos());
    }

    /** The ledger of a standby is its own, and goes on when that becomes a primary. */
    private static void promote(Fleet readers) throws Exception {
        for (int i = 0; i < 2; i++) {
            readers.start();
        }
        for (InstanceProcess each : readers.instances) {
            readers.awaitOpen(each);
        }
        readers.settled("start on a standby", System.nanoTime());
        readers.sampler.during("promotion");
        readers.server.promote();
        readers.settled("promotion", System.nanoTime());
        System.out.println("  " + readers.sampler);
        assertThat(readers.sampler.violations()).isEmpty();
        assertThat(readers.refused()).isZero();
    }

    private static void leaveOne(Set<String> names, List<String> alike, SplittableRandom random) {
        List<String> there = alike.stream().filter(names::contains).toList();
        if (!there.isEmpty()) {
            String kept = there.get(random.nextInt(there.size()));
            names.removeIf(name -> alike.contains(name) && !name.equals(kept));
        }
    }

    private static List<String> shuffled(Iterable<String> names, SplittableRandom random) {
        var left = new ArrayList<String>();
        names.forEach(left::add);
        var order = new ArrayList<String>();
        while (!left.isEmpty()) {
            order.add(left.remove(random.nextInt(left.size())));
        }
        return order;
    }

    private void report(long seed, long start, Fleet fleet) throws Exception {
        System.out.println("fleet torture, seed " + seed + ", "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s, " + tally.events()
                + " events; seconds until shares were fair, and all of them in use:");
        System.out.print(tally);
        System.out.println("  " + fleet.sampler);
        System.out.println("  refused for lack of connections (53300): " + fleet.refused());
        fleet.sampler.violations().forEach(violation -> System.out.println("  VIOLATION " + violation));
        System.out.print(fleet.told());
    }
}
