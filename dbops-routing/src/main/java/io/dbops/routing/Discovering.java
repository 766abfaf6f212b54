package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Discovery;
import java.time.Duration;

/**
 * Who looks for nodes that were not given.
 *
 * @param discovery asked on a thread of the router
 * @param every how often; positive
 */
record Discovering(Discovery discovery, Duration every) {

    Discovering {
        requireNonNull(discovery, "discovery");
        if (requireNonNull(every, "every").isNegative() || every.isZero()) {
            throw new IllegalArgumentException("discovering (" + every + "): must be positive");
        }
    }
}
