package io.dbops.samples.tour;

import io.dbops.ClusterEvent;
import io.dbops.DbOps;
import io.dbops.Freshness;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/** The last scene, for it changes the cluster: the primary is killed while it is written to, and another follows. */
final class KillingPrimary {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int SOME = 200;

    private KillingPrimary() {}

    /** Returns how long after the kill the first write succeeded. */
    static Duration play(Screen screen, EmbeddedCluster cluster, DbOps db, Queue<ClusterEvent> events)
            throws Exception {
        EmbeddedNode old = cluster.primary();
        screen.scene("The primary is killed");
        screen.say(
                "%d threads write a row each %d ms. Then %s gets kill -9. As an operator or Patroni would, we promote the"
                        + " replica that received most, and point the other at it. dbops is not told.",
                Writers.THREADS, Writers.PERIOD_MILLIS, old.name());
        screen.gap();
        try (Writers writers = Writers.on(db)) {
            awaitWrites(writers, old);
            events.clear();
            Duration killed = writers.now();
            old.kill();
            EmbeddedNode next = mostAdvanced(cluster.replicas());
            next.promote();
            Duration promoted = writers.now().minus(killed);
            for (EmbeddedNode other : cluster.replicas()) {
                if (other != old) {
                    other.follow(next);
                }
            }
            awaitWrites(writers, next);
            var account = new Account(writers.all(), killed, old, next);
            Duration first = account.firstOnNext().minus(killed);
            var times = new TreeMap<Duration, String>(Map.of(
                    promoted,
                    "the command that promotes " + next.name() + " has returned",
                    first,
                    "the first write succeeds, on " + next.name()));
            times.forEach((time, what) -> screen.show(Screen.format("%7s  %s", Screen.millis(time), what)));
            screen.gap();
            screen.show(account.ofCalls());
            screen.gap();
            screen.show(db.topology().format());
            screen.gap();
            screen.say("%s starts again, where it was, and takes writes as before. Nobody writes to it:", old.name());
            screen.gap();
            old.start();
            Stopwatch.until(LIMIT, old.name() + " is left alone", () -> isLeftAlone(db, old));
            awaitWrites(writers, next);
            writers.stop();
            screen.show(db.topology().format());
            screen.gap();
            screen.say("What the log says meanwhile, a line for each change:");
            screen.gap();
            events.forEach(event -> screen.item(event.message()));
            screen.gap();
            new Account(writers.all(), killed, old, next).conclude(screen);
            return first;
        }
    }

    /** The one that has most of the log; what the other has beyond it, that one could not follow. */
    private static EmbeddedNode mostAdvanced(List<EmbeddedNode> standbys) throws Exception {
        var received = new TreeMap<Long, EmbeddedNode>();
        for (EmbeddedNode node : standbys) {
            Stopwatch.until(
                    LIMIT,
                    node.name() + " has received all there is",
                    () -> number(node, "select count(*) from pg_stat_wal_receiver where status = 'streaming'") == 0);
            received.put(number(node, "select pg_last_wal_receive_lsn() - '0/0'"), node);
        }
        return received.lastEntry().getValue();
    }

    private static long number(EmbeddedNode node, String sql) throws SQLException {
        try (var connection = node.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void awaitWrites(Writers writers, EmbeddedNode node) throws Exception {
        long before = writers.acknowledgedBy(node.name()).count();
        Stopwatch.until(
                LIMIT,
                SOME + " writes on " + node.name(),
                () -> writers.acknowledgedBy(node.name()).count() >= before + SOME);
    }

    private static boolean isLeftAlone(DbOps db, EmbeddedNode old) {
        return db.topology().node(old.name()).freshness() instanceof Freshness.Unknown unknown
                && unknown.reason().contains("left alone");
    }
}
