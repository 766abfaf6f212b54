package io.dbops.retry;

import io.dbops.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/** How often a line is written that may be due a thousand times a second: five at once, then one every ten seconds. */
final class LogPace {

    /** What {@link #leftOut} returns for a line that is not to be written. */
    static final long NOT_NOW = -1;

    private static final long EVERY = Duration.ofSeconds(10).toNanos();
    private static final int AT_ONCE = 5;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private long fullAt;
    private long leftOut;

    LogPace(Clock clock) {
        this.clock = clock;
    }

    /** How many lines were left out before this one; {@link #NOT_NOW} if this one is to be, too. */
    long leftOut() {
        lock.lock();
        try {
            long now = clock.nanos();
            long after = Math.max(fullAt, now) + EVERY;
            if (after - now > AT_ONCE * EVERY) {
                leftOut++;
                return NOT_NOW;
            }
            fullAt = after;
            long before = leftOut;
            leftOut = 0;
            return before;
        } finally {
            lock.unlock();
        }
    }
}
