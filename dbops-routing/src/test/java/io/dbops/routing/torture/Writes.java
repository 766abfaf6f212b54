package io.dbops.routing.torture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All writes of a history: which are still there, what was before each, and what a value stands for. */
final class Writes {

    private final Map<Long, Write> byId = new HashMap<>();
    private final Map<Integer, Register> registers = new HashMap<>();

    /** What a reader saw who saw one value: the trunk up to a version, and lost writes after it. */
    record State(long anchor, List<Write> branch, boolean decided) {

        static final State EMPTY = new State(0, List.of(), true);

        boolean shows(Write write) {
            return write.isLost() ? branch.contains(write) : write.trunk <= anchor;
        }
    }

    static Writes of(History history, Verdict verdict) throws IOException {
        var writes = new Writes();
        history.forEach(op -> {
            if (!op.level().isRead()) {
                writes.byId.put(op.id(), new Write(op));
            }
        });
        for (Row row : history.table()) {
            writes.place(row, verdict);
        }
        history.forEach(op -> writes.learn(op));
        Map<Integer, List<Write>> byKey = new HashMap<>();
        for (Write write : writes.byId.values()) {
            byKey.computeIfAbsent(write.op.key(), k -> new ArrayList<>()).add(write);
        }
        byKey.forEach((key, some) -> {
            Register register = writes.register(key);
            register.spreadEvidence();
            register.index(some);
        });
        history.forEach(op -> {
            if (op.level().neverGoesBack() && op.outcome() == Outcome.OK) {
                long anchor = writes.state(op).anchor();
                writes.register(op.key()).seen(op.session(), op.level()).add(op.end(), anchor);
            }
        });
        return writes;
    }

    private void place(Row row, Verdict verdict) {
        Write write = byId.get(row.id());
        if (write == null || write.op.key() != row.key()) {
            verdict.violated(Rule.NEVER_WRITTEN, "in the table: " + row);
            return;
        }
        if (write.op.outcome() == Outcome.FAILED) {
            verdict.violated(Rule.REFUSED_BUT_KEPT, row + " of " + write.op);
        }
        if (write.trunk != 0 || (write.version > 0 && write.version != row.version())) {
            verdict.violated(Rule.KEPT_OTHERWISE, row + " of " + write.op);
        }
        write.trunk = row.version();
        register(row.key()).place(write, row.version());
    }

    /** A read tells of a write what its writer may never have been told. */
    private void learn(Op op) {
        Write write = op.outcome() == Outcome.OK ? byId.get(op.id()) : null;
        if (write != null) {
            write.evidence = Math.min(write.evidence, op.end());
            if (write.version < 0) {
                write.version = op.version();
                write.previous = op.previous();
            }
        }
    }

    Register register(int key) {
        return registers.computeIfAbsent(key, k -> new Register());
    }

    @Nullable
    Write find(long id) {
        return byId.get(id);
    }

    Iterable<Write> all() {
        return byId.values();
    }

    /** What an operation saw. */
    State state(Op read) {
        if (read.id() == 0) {
            return State.EMPTY;
        }
        Write write = byId.get(read.id());
        if (write != null && !write.isLost()) {
            return new State(write.trunk, List.of(), true);
        }
        List<Write> branch = new ArrayList<>();
        while (write != null && write.isLost()) {
            branch.add(write);
            if (write.previous == 0) {
                return new State(0, branch, true);
            }
            write = byId.get(write.previous);
        }
        return write == null ? new State(0, branch, false) : new State(write.trunk, branch, true);
    }
}
