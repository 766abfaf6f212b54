package io.dbops.routing.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was done to the servers, and whom each process followed meanwhile. */
final class Troubles {

    private final List<Trouble> troubles;
    private final Map<Integer, List<Reign>> reigns = new HashMap<>();

    Troubles(History history) {
        troubles = history.troubles().stream()
                .sorted(Comparator.comparingLong(Trouble::begun))
                .toList();
        for (Reign reign : history.reigns()) {
            reigns.computeIfAbsent(reign.process(), p -> new ArrayList<>()).add(reign);
        }
    }

    /** What made the servers lose a write, or {@code null} if nothing did. */
    @Nullable
    Trouble thatLost(Write write) {
        for (Trouble trouble : troubles) {
            if (trouble.mayLose()
                    && trouble.over() >= write.op.start()
                    && trouble.node().equals(write.op.node())) {
                return trouble;
            }
        }
        return null;
    }

    /** Whether a process is known to have followed one primary for this time. */
    boolean followed(int process, String primary, long from, long to) {
        for (Reign reign : reigns.getOrDefault(process, List.of())) {
            if (reign.primary().equals(primary) && reign.covers(from, to)) {
                return true;
            }
        }
        return false;
    }

    /** Whom a process is known to have followed for this time, or {@code null}. */
    @Nullable
    String followed(int process, long from, long to) {
        for (Reign reign : reigns.getOrDefault(process, List.of())) {
            if (reign.covers(from, to) && !reign.primary().isEmpty()) {
                return reign.primary();
            }
        }
        return null;
    }

    /**
     * Whether a read may lack a write because its process still followed an old primary that lived, or what that had
     * proven, when the write went to the new one.
     */
    boolean excusesIsolation(Op read, Write write) {
        for (Trouble trouble : troubles) {
            if (trouble.kind() == Trouble.Kind.ZOMBIE
                    && trouble.successor().equals(write.op.node())
                    && write.op.end() >= trouble.promoted()
                    && trouble.promoted() <= read.end()
                    && read.start() <= trouble.over() + read.bound()) {
                return !followed(read.process(), write.op.node(), read.start(), read.end());
            }
        }
        return false;
    }

    /** Whether a read must see a write that was lost in the end: it was not lost yet, or not for this process. */
    boolean stillThere(Trouble cause, Op read, Write write) {
        return read.end() < cause.begun()
                || (read.primary() && read.node().equals(write.op.node()) && read.end() < cause.ended())
                || (cause.kind() != Trouble.Kind.CRASH
                        && followed(read.process(), write.op.node(), write.op.end(), read.end()));
    }

    boolean isHealthy(Op op) {
        for (Trouble trouble : troubles) {
            if (trouble.kind() == Trouble.Kind.HEALTHY && trouble.begun() <= op.start() && op.end() <= trouble.over()) {
                return true;
            }
        }
        return false;
    }

    /** What was done around an operation, a line each. */
    String around(long from, long to) {
        long margin = 3_000_000_000L;
        var text = new StringBuilder();
        for (Trouble trouble : troubles) {
            if (trouble.overlaps(from - margin, to + margin)) {
                text.append("\n      ").append(trouble);
            }
        }
        return text.toString();
    }

    /** Whom a process followed around an operation, a line each. */
    String reigns(int process, long from, long to) {
        long margin = 3_000_000_000L;
        var text = new StringBuilder();
        for (Reign reign : reigns.getOrDefault(process, List.of())) {
            if (reign.first() <= to + margin && reign.last() >= from - margin) {
                text.append("\n      process %d followed \"%s\" in epoch %d [%s, %s]"
                        .formatted(
                                process,
                                reign.primary(),
                                reign.epoch(),
                                Instants.text(reign.first()),
                                Instants.text(reign.last())));
            }
        }
        return text.toString();
    }
}
