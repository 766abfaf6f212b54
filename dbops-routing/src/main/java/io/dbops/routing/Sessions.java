package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Which sessions of keys are kept, and which tokens are honoured.
 *
 * @param most sessions of keys, at most; at least 1
 * @param idle how long one is kept after its last use; positive
 * @param tokensValidFor how old a token may be; positive
 */
record Sessions(int most, Duration idle, Duration tokensValidFor) {

    static final Sessions DEFAULT = new Sessions(100_000, Duration.ofMinutes(10), Duration.ofDays(1));

    Sessions {
        if (most < 1) {
            throw new IllegalArgumentException("keepingSessions (" + most + "): must be at least 1");
        }
        requirePositive("keepingSessions", idle);
        requirePositive("tokensValidFor", tokensValidFor);
    }

    private static void requirePositive(String name, Duration value) {
        if (requireNonNull(value, name).isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " (" + value + "): must be positive");
        }
    }

    Sessions keeping(int atMost, Duration idleFor) {
        return new Sessions(atMost, idleFor, tokensValidFor);
    }

    Sessions tokensValidFor(Duration changed) {
        return new Sessions(most, idle, changed);
    }
}
