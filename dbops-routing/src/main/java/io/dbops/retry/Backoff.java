package io.dbops.retry;

import io.dbops.dialect.Recovery;
import java.time.Duration;

/**
 * How long to wait before a unit is run again: decorrelated jitter. Each wait is drawn between the first and three times
 * the one before, up to a limit, so that units that failed together do not come back together. Where a server is to be
 * given time, and not another transaction, waits are ten times as long.
 *
 * <p>The formula is Marc Brooker's, <em>Exponential Backoff And Jitter</em>, AWS Architecture Blog, 2015.
 *
 * @param first the shortest wait
 * @param most the longest
 */
record Backoff(Duration first, Duration most) {

    static final Backoff DEFAULT = new Backoff(Duration.ofMillis(2), Duration.ofMillis(200));

    private static final int FOR_SERVERS = 10;

    Backoff {
        if (first.isNegative()
                || first.isZero()
                || first.compareTo(most) > 0
                || most.compareTo(Duration.ofMinutes(10)) > 0) {
            throw new IllegalArgumentException(
                    "backingOff (" + first + ", " + most
                            + "): the first must be more than nothing and no longer than the second, which is 10 minutes at most");
        }
    }

    /** The longest wait before the first retry. */
    Duration firstAtMost() {
        Duration tripled = first.multipliedBy(3);
        return tripled.compareTo(most) < 0 ? tripled : most;
    }

    /**
     * The next wait, in nanoseconds.
     *
     * @param before the one before, or 0 if there was none
     * @param random from 0 to below 1
     */
    long next(Recovery recovery, long before, double random) {
        long factor =
                recovery == Recovery.FAILOVER || recovery == Recovery.BACK_OFF || recovery == Recovery.NEW_CONNECTION
                        ? FOR_SERVERS
                        : 1;
        long least = first.toNanos() * factor;
        long limit = most.toNanos() * factor;
        long upTo = Math.min(limit, Math.max(least, before) * 3);
        return Math.min(limit, least + (long) (random * (upTo - least)));
    }
}
