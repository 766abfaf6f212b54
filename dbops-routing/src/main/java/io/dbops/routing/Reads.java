package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Which replica serves a read, and what becomes of reads that none may serve at once.
 *
 * @param patience how long they wait for a replica; not negative
 * @param onPrimary whether the primary serves them then
 * @param spills how many of them a second, at most; positive
 * @param choosing what they prefer among replicas
 */
record Reads(Duration patience, boolean onPrimary, int spills, Choosing choosing) {

    static final int UNLIMITED = Integer.MAX_VALUE;

    static final Reads DEFAULT = new Reads(Duration.ZERO, true, UNLIMITED, Choosing.DEFAULT);

    Reads {
        if (requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("waitingForReplica (" + patience + "): must not be negative");
        }
        if (spills < 1) {
            throw new IllegalArgumentException("spillingUpTo (" + spills
                    + " a second): must be at least 1; to keep all reads off the primary say .sparingPrimary()");
        }
        requireNonNull(choosing, "choosing");
    }

    Reads waiting(Duration time) {
        return new Reads(time, onPrimary, spills, choosing);
    }

    Reads sparingPrimary() {
        return new Reads(patience, false, spills, choosing);
    }

    Reads spilling(int perSecond) {
        return new Reads(patience, onPrimary, perSecond, choosing);
    }

    Reads choosing(Choosing changed) {
        return new Reads(patience, onPrimary, spills, changed);
    }
}
