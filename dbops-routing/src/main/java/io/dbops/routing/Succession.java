package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Authority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is done while the primary changes, or is out of reach.
 *
 * @param silentFor how long nothing must be heard of the primary before another may follow on it; {@code null} for
 *     twice the time that an answer may take
 * @param patience how long a unit of work waits for a primary; not negative
 * @param grace how long connections to a server that is gone, or leads no more, are left to those who use them; positive
 * @param serveUpTo how old what a replica shows may be while the primary is out of reach; not negative
 * @param authority who decides where the servers alone do not, if anybody
 */
record Succession(
        @Nullable Duration silentFor,
        Duration patience,
        Duration grace,
        Duration serveUpTo,
        @Nullable Authority authority) {

    static final Succession DEFAULT =
            new Succession(null, Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofMinutes(5), null);

    Succession {
        if (silentFor != null && (silentFor.isNegative() || silentFor.isZero())) {
            throw new IllegalArgumentException("failingOverAfter (" + silentFor + "): must be positive");
        }
        if (requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("waitingForPrimary (" + patience + "): must not be negative");
        }
        if (requireNonNull(grace, "grace").isNegative() || grace.isZero()) {
            throw new IllegalArgumentException("abandoningAfter (" + grace + "): must be positive");
        }
        if (requireNonNull(serveUpTo, "serveUpTo").isNegative()) {
            throw new IllegalArgumentException("servingUpTo (" + serveUpTo + "): must not be negative");
        }
    }

    Succession silentFor(Duration changed) {
        return new Succession(requireNonNull(changed, "silence"), patience, grace, serveUpTo, authority);
    }

    Succession patience(Duration changed) {
        return new Succession(silentFor, changed, grace, serveUpTo, authority);
    }

    Succession grace(Duration changed) {
        return new Succession(silentFor, patience, changed, serveUpTo, authority);
    }

    Succession serveUpTo(Duration changed) {
        return new Succession(silentFor, patience, grace, changed, authority);
    }

    Succession authority(Authority changed) {
        return new Succession(silentFor, patience, grace, serveUpTo, requireNonNull(changed, "authority"));
    }

    Duration silentFor(Sampling sampling) {
        return silentFor == null ? sampling.answerWithin().multipliedBy(2) : silentFor;
    }
}
