package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a read prefers among the replicas that may serve it.
 *
 * @param zone the zone whose replicas come first, or {@code null} if all are alike
 * @param slowAfter what takes this long is slow; {@code null} to compare nodes with each other
 * @param rampUp how long a node that returns takes to its full share; not negative
 */
record Choosing(@Nullable String zone, @Nullable Duration slowAfter, Duration rampUp) {

    static final Choosing DEFAULT = new Choosing(null, null, Duration.ofSeconds(10));

    Choosing {
        if (zone != null && zone.isBlank()) {
            throw new IllegalArgumentException("preferringZone (\"" + zone + "\"): must not be blank");
        }
        if (slowAfter != null && (slowAfter.isNegative() || slowAfter.isZero())) {
            throw new IllegalArgumentException("slowAfter (" + slowAfter + "): must be positive");
        }
        if (requireNonNull(rampUp, "rampUp").isNegative()) {
            throw new IllegalArgumentException("rampingUpOver (" + rampUp + "): must not be negative");
        }
    }

    Choosing zone(String changed) {
        return new Choosing(requireNonNull(changed, "zone"), slowAfter, rampUp);
    }

    Choosing slowAfter(Duration changed) {
        return new Choosing(zone, requireNonNull(changed, "answer"), rampUp);
    }

    Choosing rampUp(Duration changed) {
        return new Choosing(zone, slowAfter, changed);
    }
}
