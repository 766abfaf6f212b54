package io.dbops.routing;

import io.dbops.dialect.ServerIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Where a session has read, and until when: what its next read must not fall behind.
 *
 * <p>A node's {@code freshAsOf} is a lower bound of what it shows; a read there may have seen more. So a later read may
 * go to the same run of the same server, which does not go back unless it crashes, or to a node that has everything the
 * primary had when the last read elsewhere ended. A server that crashes in place opens behind where it was, and keeps its
 * start; but no connection survives that, so the one that watches it tells. The primary itself is no exception: a standby can show a commit a moment before the
 * primary does, so it must have been sampled since.
 *
 * <p>Thread-safe, by replacing an immutable list.
 */
final class ReadMarks {

    /** More runs of servers than this are remembered as one that is none of them. */
    private static final int MOST = 16;

    private record Mark(@Nullable RoutedNode node, @Nullable ServerIdentity server, long endedAt) {

        boolean isOf(RoutedNode other, @Nullable ServerIdentity otherServer) {
            return node == other && server != null && otherServer != null && server.isSameRunAs(otherServer);
        }

        /** Whether that server has not gone back since: it was watched over one connection all the time. */
        boolean holdsOn(RoutedNode other, @Nullable ServerIdentity otherServer) {
            return isOf(other, otherServer) && other.watchedSince() <= endedAt;
        }

        /** Whether both count as the same in what is remembered. */
        boolean isAs(Mark other) {
            return other.node == null ? node == null : isOf(other.node, other.server);
        }
    }

    private final AtomicReference<List<Mark>> marks = new AtomicReference<>(List.of());

    /** Notes that a read has ended on this run of a server. */
    void read(RoutedNode node, ServerIdentity server, long endedAt) {
        marks.updateAndGet(before -> with(before, new Mark(node, server, endedAt)));
    }

    /** Notes that a read has ended somewhere, it does not count where. */
    void readSomewhere(long endedAt) {
        marks.updateAndGet(before -> with(before, new Mark(null, null, endedAt)));
    }

    private static List<Mark> with(List<Mark> before, Mark mark) {
        var after = new ArrayList<Mark>(before.size() + 1);
        long endedAt = mark.endedAt;
        for (Mark each : before) {
            if (each.isAs(mark)) {
                endedAt = Math.max(endedAt, each.endedAt);
            } else {
                after.add(each);
            }
        }
        if (after.size() >= MOST) {
            Mark oldest = after.remove(0);
            Mark next = after.remove(0);
            after.add(0, new Mark(null, null, Math.max(oldest.endedAt, next.endedAt)));
        }
        after.add(new Mark(mark.node, mark.server, endedAt));
        return List.copyOf(after);
    }

    /** Whether a node with all commits before this instant shows nothing older than what was read. */
    boolean areCoveredBy(RoutedNode node, @Nullable ServerIdentity server, long freshAsOf) {
        for (Mark mark : marks.get()) {
            if (mark.endedAt >= freshAsOf && !mark.holdsOn(node, server)) {
                return false;
            }
        }
        return true;
    }

    /** When the last read ended, or -1 if there was none. */
    long lastEnded() {
        long last = -1;
        for (Mark mark : marks.get()) {
            last = Math.max(last, mark.endedAt);
        }
        return last;
    }
}
