package io.dbops.samples.tour;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.dbops.DbOps;
import io.dbops.Freshness;
import io.dbops.samples.tour.Writers.Write;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/** The last scene, for it changes the cluster: the primary is killed while it is written to, and another follows. */
final class KillingPrimary {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration LONG = Duration.ofMillis(100);
    private static final int SOME = 200;

    private KillingPrimary() {}

    /** Returns how long after the kill the first write succeeded. */
    static Duration play(Screen screen, EmbeddedCluster cluster, DbOps db) throws Exception {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        EmbeddedNode other = cluster.replicas().get(1);
        screen.scene("The primary is killed");
        screen.say(
                "%d threads write a row each %d ms. Then %s gets kill -9. As an operator or Patroni would, we promote %s"
                        + " and point %s at it; dbops is not told, and has to see it.",
                Writers.THREADS, Writers.PERIOD_MILLIS, old.name(), next.name(), other.name());
        screen.gap();
        try (Writers writers = Writers.on(db)) {
            awaitWrites(writers, old);
            Duration killed = writers.now();
            old.kill();
            next.promote();
            Duration promoted = writers.now();
            other.follow(next);
            awaitWrites(writers, next);
            Duration first = writers.acknowledgedBy(next.name())
                    .findFirst()
                    .orElseThrow()
                    .ended();
            line(screen, promoted.minus(killed), next.name() + " is promoted: until then there is nobody to write to");
            line(screen, first.minus(killed), "the first write succeeds, on " + next.name());
            screen.gap();
            screen.show(callers(writers.all(), killed));
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
            conclude(screen, writers, old, next);
            return first.minus(killed);
        }
    }

    private static void awaitWrites(Writers writers, EmbeddedNode node) throws Exception {
        long before = writers.acknowledgedBy(node.name()).count();
        Stopwatch.until(
                LIMIT,
                SOME + " writes on " + node.name(),
                () -> writers.acknowledgedBy(node.name()).count() >= before + SOME);
    }

    private static void line(Screen screen, Duration time, String what) {
        screen.show(Screen.format("%7s after the kill  %s", Screen.millis(time), what));
    }

    /** What whoever called at that time saw. */
    private static String callers(List<Write> writes, Duration killed) {
        List<Write> since = writes.stream()
                .filter(write -> write.ended().compareTo(killed) > 0)
                .toList();
        String errors = since.stream()
                .filter(write -> !write.isDone())
                .collect(groupingBy(Write::node, TreeMap::new, counting()))
                .entrySet()
                .stream()
                .map(entry -> entry.getValue() + " x SQLSTATE " + entry.getKey())
                .collect(joining(", "));
        List<Write> waited = since.stream()
                .filter(write -> write.isDone() && write.took().compareTo(LONG) > 0)
                .toList();
        Duration longest =
                waited.stream().map(Write::took).max(Duration::compareTo).orElse(Duration.ZERO);
        return Screen.format(
                "%5d calls failed: %s\n%5d calls waited, %s at most, and succeeded\n%5d calls noticed nothing",
                since.stream().filter(write -> !write.isDone()).count(),
                errors.isEmpty() ? "none was under way at the moment of the kill" : errors,
                waited.size(),
                Screen.millis(longest),
                since.stream().filter(Write::isDone).count() - waited.size());
    }

    private static boolean isLeftAlone(DbOps db, EmbeddedNode old) {
        return db.topology().node(old.name()).freshness() instanceof Freshness.Unknown unknown
                && unknown.reason().contains("left alone");
    }

    private static void conclude(Screen screen, Writers writers, EmbeddedNode old, EmbeddedNode next) throws Exception {
        Set<Long> kept = ids(next);
        Set<Long> onOld = ids(old);
        List<Write> missing = writers.all().stream()
                .filter(write -> write.isDone() && !kept.contains(write.id()))
                .toList();
        long strayed = writers.acknowledgedBy(next.name())
                .filter(write -> onOld.contains(write.id()))
                .count();
        BrokenPromiseException.unless(strayed == 0, strayed + " writes went to the deposed " + old.name());
        long untold = missing.stream()
                .map(Write::session)
                .filter(session -> !session.mayHaveLostWrites())
                .count();
        BrokenPromiseException.unless(untold == 0, untold + " acknowledged writes are missing, and nobody was told");
        screen.held(
                "%,d writes were acknowledged, none of them by the deposed %s after the kill",
                writers.all().stream().filter(Write::isDone).count(), old.name());
        long sessions = missing.stream().map(Write::session).distinct().count();
        screen.held(
                missing.isEmpty()
                        ? "all of them are there"
                        : "%d of them had not left %s: the %d sessions that wrote them say mayHaveLostWrites()",
                missing.size(),
                old.name(),
                sessions);
    }

    private static Set<Long> ids(EmbeddedNode node) throws SQLException {
        var ids = new HashSet<Long>();
        try (var connection = node.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("select id from failover")) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }
}
