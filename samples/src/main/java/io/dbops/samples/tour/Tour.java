package io.dbops.samples.tour;

import io.dbops.ClusterEvent;
import io.dbops.DbOps;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.WriteThenRead.Count;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The tour: what dbops does, shown within a minute on a real cluster that this program starts and removes.
 *
 * <p>Ends with status 0 if every promise was seen to hold, 1 if one was broken or the run proves nothing, and 2 if it
 * could not be finished; the last line says why.
 */
public final class Tour {

    private Tour() {}

    /**
     * Runs the tour.
     *
     * @param args {@code --color} or {@code --no-color}, where the terminal is not to decide; a number, to draw again
     *     what a run with that seed drew
     */
    public static void main(String[] args) {
        Screen screen = Screen.standard();
        try {
            long seed = ThreadLocalRandom.current().nextInt(1_000_000);
            for (String arg : args) {
                switch (arg) {
                    case "--color" -> screen = new Screen(System.out, true);
                    case "--no-color" -> screen = new Screen(System.out, false);
                    default -> seed = Long.parseLong(arg);
                }
            }
            play(screen, seed);
        } catch (BrokenPromiseException e) {
            screen.fail(e.reason());
            System.exit(1);
        } catch (Exception e) {
            e.printStackTrace();
            screen.fail("The tour could not be finished: " + e);
            System.exit(2);
        }
    }

    private static void play(Screen screen, long seed) throws Exception {
        Stopwatch watch = Stopwatch.started();
        screen.title("dbops", "a database reliability engineer in a jar: the tour");
        CountingStaleReads.Seen seen;
        double cost;
        RepeatingTransactions.Seen repeated;
        Duration moved;
        Duration failover;
        var events = new ConcurrentLinkedQueue<ClusterEvent>();
        try (EmbeddedCluster cluster = StartingCluster.play(screen);
                DbOps db = OpeningDbOps.play(screen, cluster, events::add)) {
            SpreadingReads.play(screen, db);
            LosingReplicas.play(screen, cluster, db);
            try (var plain = PlainPools.overReplicas(cluster)) {
                seen = CountingStaleReads.play(screen, cluster, db, plain, seed);
                cost = MeasuringCost.play(screen, db, plain);
            }
            repeated = RepeatingTransactions.play(screen, cluster);
            moved = SharingServer.play(screen, cluster);
            failover = KillingPrimary.play(screen, cluster, db, events);
        }
        conclude(screen, seen, cost, repeated, moved, failover, watch);
    }

    private static void conclude(
            Screen screen,
            CountingStaleReads.Seen seen,
            double cost,
            RepeatingTransactions.Seen repeated,
            Duration moved,
            Duration failover,
            Stopwatch watch) {
        Count naive = seen.naive();
        Count routed = seen.routed();
        screen.title("Seen", "in " + Screen.seconds(watch.elapsed()));
        screen.gap();
        screen.show(Screen.format(
                """
                stale reads   %,d of %,d through dbops; %,d of %,d on a random replica
                offloaded     %.1f %% of the reads that came 50 ms after the write, or later
                cost          %.2f times a plain query in the median
                lag           replicas that fell behind lost their reads, and got them back
                deadlocks     %,.0f times the transfers of retries that only wait
                lost answers  one payment for one; %d for one in a loop that tries again
                shares        of a killed instance were the others' after %s
                failover      writes again %s after kill -9 of the primary, none lost untold""",
                routed.stale(),
                routed.reads(),
                naive.stale(),
                naive.reads(),
                100 * routed.lateReplicaShare(),
                cost,
                repeated.times(),
                repeated.naively(),
                Screen.millis(moved),
                Screen.millis(failover)));
        screen.title("Next", "and the tour again whenever you like");
        screen.gap();
        screen.show("""
                README.md                 what is guaranteed, and what is not
                docs/getting-started.md   your own application, in five minutes
                docs/transactions.md      what is run again, and what is not
                docs/design.md            why comparing two numbers is enough
                samples/                  programs under 100 lines each, and this tour""");
        screen.gap();
    }
}
