package io.dbops.routing.torture;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All writes of one key: the trunk, and the acknowledged ones that the servers lost. */
final class Register {

    /** By version, from 1; an entry is {@code null} where the table has a gap. */
    final List<@Nullable Write> trunk = new ArrayList<>();

    /** Trunk versions by the instant at which they were acknowledged. */
    final Steps acknowledged = new Steps();

    /** Acknowledged and lost, in the order of their acknowledgement. */
    final List<Write> lost = new ArrayList<>();

    /** By session: what it wrote. */
    final Map<Long, Own> own = new HashMap<>();

    /** By session and level: the trunk versions that were seen, for levels that never go back. */
    final Map<Long, Map<Level, Steps>> seen = new HashMap<>();

    /** What one session wrote: the trunk versions by the instant from which they must be seen, and what was lost. */
    static final class Own {
        final Steps due = new Steps();
        final List<Write> lost = new ArrayList<>();
    }

    Own own(long session) {
        return own.computeIfAbsent(session, s -> new Own());
    }

    Steps seen(long session, Level level) {
        return seen.computeIfAbsent(session, s -> new HashMap<>()).computeIfAbsent(level, l -> new Steps());
    }

    void place(Write write, long version) {
        while (trunk.size() < version) {
            trunk.add(null);
        }
        trunk.set((int) version - 1, write);
    }

    /** Once all is placed: who saw a version has seen those before it. */
    void spreadEvidence() {
        long earliest = Long.MAX_VALUE;
        for (int i = trunk.size() - 1; i >= 0; i--) {
            Write write = trunk.get(i);
            if (write != null) {
                earliest = Math.min(earliest, write.evidence);
                write.evidence = earliest;
            }
        }
    }

    void index(Iterable<Write> writes) {
        for (Write write : writes) {
            Own session = own(write.op.session());
            if (!write.isLost()) {
                if (write.isAcknowledged()) {
                    acknowledged.add(write.op.end(), write.trunk);
                }
                session.due.add(write.dueFrom(), write.trunk);
            } else if (write.isAcknowledged()) {
                lost.add(write);
                session.lost.add(write);
            }
        }
        lost.sort(Comparator.comparingLong(write -> write.op.end()));
    }
}
