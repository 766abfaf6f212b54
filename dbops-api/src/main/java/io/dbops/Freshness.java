package io.dbops;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How far behind its primary a node may be.
 *
 * <p>It is an upper bound that was measured, not an estimate: every commit acknowledged longer ago than the bound is
 * visible on the node. What was not measured is unknown, with a reason, and never taken for fresh.
 */
public sealed interface Freshness {

    /**
     * A measured bound.
     *
     * @param staleness how much time's worth of commits the node may lack, at most; never negative
     */
    record Known(Duration staleness) implements Freshness {
        /** Checks the component. */
        public Known {
            requireNonNull(staleness, "staleness");
            if (staleness.isNegative()) {
                throw new IllegalArgumentException("staleness (" + staleness + "): must not be negative");
            }
        }

        @Override
        public String toString() {
            long millis = staleness.toMillis();
            return millis < 10_000 ? millis + " ms" : staleness.toSeconds() + " s";
        }
    }

    /**
     * Nothing is known of the node's freshness.
     *
     * @param reason why, with the remedy where there is one
     */
    record Unknown(String reason) implements Freshness {
        /** Checks the component. */
        public Unknown {
            requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return "unknown: " + reason;
        }
    }
}
