package io.dbops.samples.tour;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.dbops.samples.tour.Writers.Write;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What became of writes while the primary changed.
 *
 * @param writes all of them
 * @param killed when the old primary was killed
 * @param old the old primary
 * @param next the new one
 */
record Account(List<Write> writes, Duration killed, EmbeddedNode old, EmbeddedNode next) {

    /** Whoever waits longer than this did wait. */
    private static final Duration NOTICED = Duration.ofMillis(100);

    /** When the new primary acknowledged its first write. */
    Duration firstOnNext() {
        return acknowledgedByNext().findFirst().orElseThrow().ended();
    }

    private Stream<Write> acknowledgedByNext() {
        return writes.stream().filter(write -> write.isDone() && write.node().equals(next.name()));
    }

    /** What callers saw since the kill. */
    String ofCalls() {
        List<Write> since = writes.stream()
                .filter(write -> write.ended().compareTo(killed) > 0)
                .toList();
        List<Write> failed = since.stream().filter(write -> !write.isDone()).toList();
        List<Write> waited = since.stream()
                .filter(write -> write.isDone() && write.took().compareTo(NOTICED) > 0)
                .toList();
        String states = failed.stream().collect(groupingBy(Write::node, TreeMap::new, counting())).entrySet().stream()
                .map(entry -> entry.getValue() + " with SQLSTATE " + entry.getKey())
                .collect(joining(", "));
        Duration longest =
                waited.stream().map(Write::took).max(Duration::compareTo).orElse(Duration.ZERO);
        return Screen.format(
                "%5d  calls failed%s\n%5d  calls waited and succeeded, after %s at most\n%5d  calls noticed nothing",
                failed.size(),
                states.isEmpty() ? "" : ": " + states + ", for they were under way",
                waited.size(),
                Screen.millis(longest),
                since.size() - failed.size() - waited.size());
    }

    /** Compares what was acknowledged with what is there. */
    void conclude(Screen screen) throws SQLException, BrokenPromiseException {
        Set<Long> onOld = ids(old);
        Set<Long> onNext = ids(next);
        List<Write> done = writes.stream().filter(Write::isDone).toList();
        Duration first = firstOnNext();
        long strayed = done.stream()
                .filter(write -> write.node().equals(next.name())
                        ? onOld.contains(write.id())
                        : write.ended().compareTo(first) > 0)
                .count();
        BrokenPromiseException.unless(strayed == 0, strayed + " writes went to " + old.name() + ", which was deposed");
        List<Write> missing =
                done.stream().filter(write -> !onNext.contains(write.id())).toList();
        long untold = missing.stream()
                .filter(write -> !write.session().mayHaveLostWrites())
                .count();
        BrokenPromiseException.unless(untold == 0, untold + " acknowledged writes are missing, and nobody was told");
        screen.held("nothing was written to %s after the kill", old.name());
        if (missing.isEmpty()) {
            screen.held("%,d writes were acknowledged, and all of them are there", done.size());
        } else {
            screen.held(
                    "%d of %,d acknowledged writes had not left %s; each of their sessions says mayHaveLostWrites()",
                    missing.size(), done.size(), old.name());
        }
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
