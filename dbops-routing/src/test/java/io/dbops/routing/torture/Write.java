package io.dbops.routing.torture;

import org.jspecify.annotations.Nullable;

/** What the checker knows of one write. */
final class Write {

    final Op op;
    long version;
    long previous;
    /** Its place among what the servers still have, or 0 if it is not among that. */
    long trunk;
    /** An instant by which somebody had seen it, or something after it, or been told of it. */
    long evidence = Long.MAX_VALUE;
    /** What made the servers lose it, where that is known. */
    @Nullable
    Trouble cause;

    Write(Op op) {
        this.op = op;
        version = op.version();
        previous = op.previous();
    }

    boolean isAcknowledged() {
        return op.outcome() == Outcome.OK;
    }

    boolean isLost() {
        return trunk == 0;
    }

    /** From when on its session must see it, if it is still there. */
    long dueFrom() {
        return isAcknowledged() ? op.end() : Math.max(op.end(), evidence);
    }
}
