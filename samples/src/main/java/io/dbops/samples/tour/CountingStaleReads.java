package io.dbops.samples.tour;

import static java.util.Objects.requireNonNull;

import io.dbops.DbOps;
import io.dbops.Session;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.WriteThenRead;
import io.dbops.test.WriteThenRead.Count;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** Scene 5: ten thousand times written and read back, through dbops and through a router that does not look. */
final class CountingStaleReads {

    private static final int PAIRS = 10_000;
    private static final int THREADS = 8;
    private static final int SESSIONS = 128;
    private static final Duration DELAY = Duration.ofMillis(120);
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final String NAIVE = "a random replica";
    private static final String DBOPS = "dbops";
    private static final String ROW = "%-16s  %18s  %16s  %14s";

    /** What both routers did. */
    record Seen(Count naive, Count routed) {}

    private CountingStaleReads() {}

    static Seen play(Screen screen, EmbeddedCluster cluster, DbOps db, PlainPools plain, long seed) throws Exception {
        screen.scene(Screen.format("%,d times: write, then read it back", PAIRS));
        screen.say(
                "%d sessions on %d threads write a value and read it back through two routers: half of them at once,"
                        + " half up to 200 ms later. db-3 replays %d ms late, as a replica under load does, and another"
                        + " writer is busy. Seed %d.",
                SESSIONS, THREADS, DELAY.toMillis(), seed);
        screen.gap();
        EmbeddedNode late = cluster.node("db-3");
        late.delayReplay(DELAY);
        Stopwatch watch = Stopwatch.started();
        Seen seen;
        try (var load = BackgroundLoad.on(cluster.primary())) {
            seen = count(db, plain, seed);
            load.check();
        } finally {
            late.delayReplay(Duration.ZERO);
        }
        report(screen, seen, watch.elapsed());
        cluster.awaitCaughtUp(LIMIT);
        return seen;
    }

    private static Seen count(DbOps db, PlainPools plain, long seed) throws SQLException {
        var sessions = Stream.generate(db::session).limit(SESSIONS).toArray(Session[]::new);
        Map<String, Count> counts = WriteThenRead.of(PAIRS, THREADS, SESSIONS, seed)
                .reading(NAIVE, session -> plain.anyReplica())
                .reading(DBOPS, session -> sessions[session].dataSource())
                .run(session -> sessions[session].dataSource());
        return new Seen(requireNonNull(counts.get(NAIVE)), requireNonNull(counts.get(DBOPS)));
    }

    private static void report(Screen screen, Seen seen, Duration took) throws BrokenPromiseException {
        Count naive = seen.naive();
        Count routed = seen.routed();
        screen.show(Screen.format(ROW, "", "", "on a replica,", "on a replica,"));
        screen.show(Screen.format(ROW, "router", "stale reads", "within 50 ms", "later"));
        screen.warn(row(NAIVE, naive));
        screen.highlight(row(DBOPS, routed));
        screen.gap();
        BrokenPromiseException.unless(
                routed.stale() == 0, routed.stale() + " of " + routed.reads() + " reads through dbops were stale");
        BrokenPromiseException.unless(
                naive.stale() > 0, "not even a random replica was stale: the run proves nothing; run it again");
        screen.held(
                "no stale read; 50 ms after the write %.1f %% of the reads were on a replica again (%s)",
                100 * routed.lateReplicaShare(), Screen.seconds(took));
    }

    private static String row(String router, Count count) {
        return Screen.format(
                ROW,
                router,
                Screen.format("%,d (%.1f %%)", count.stale(), 100 * count.staleShare()),
                Screen.format("%.1f %%", 100 * earlyReplicaShare(count)),
                Screen.format("%.1f %%", 100 * count.lateReplicaShare()));
    }

    private static double earlyReplicaShare(Count count) {
        return (double) (count.onReplica() - count.lateOnReplica()) / Math.max(1, count.reads() - count.late());
    }
}
