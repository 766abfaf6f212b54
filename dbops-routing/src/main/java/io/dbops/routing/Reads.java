package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What becomes of reads that no replica may serve at once.
 *
 * @param patience how long they wait for a replica; not negative
 * @param onPrimary whether the primary serves them then
 */
record Reads(Duration patience, boolean onPrimary) {

    static final Reads DEFAULT = new Reads(Duration.ZERO, true);

    Reads {
        if (requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("waitingForReplica (" + patience + "): must not be negative");
        }
    }
}
