package io.dbops.routing;

import io.dbops.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many reads a second the primary takes because no replica may serve them: a bucket that holds a second's worth.
 * Thread-safe; takes no lock.
 *
 * <p>Only the instant is kept at which the bucket will be full again; each read moves it on by its share of a second.
 */
final class SpillBudget {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final long cost;
    private final Clock clock;
    private final AtomicLong fullAt = new AtomicLong();

    SpillBudget(int perSecond, Clock clock) {
        cost = SECOND / perSecond;
        this.clock = clock;
    }

    /**
     * Takes one read out of the budget.
     *
     * @return 0 if there was one; otherwise in how many nanoseconds there will be
     */
    long take() {
        long now = clock.nanos();
        while (true) {
            long before = fullAt.get();
            long after = Math.max(before, now) + cost;
            long missing = after - now - SECOND;
            if (missing > 0) {
                return missing;
            }
            if (fullAt.compareAndSet(before, after)) {
                return 0;
            }
        }
    }
}
