package io.dbops.pool.ledger;

import io.dbops.time.Clock;
import java.time.Duration;

/**
 * How many connections a pool has use for: the most that were in use or waited for within the last two to four seconds.
 * So shares do not swing with each request, and are fair again soon after connections have become idle. Belongs to one
 * thread.
 */
final class Appetite {

    private static final long SPAN = Duration.ofSeconds(2).toNanos();

    private final Clock clock;
    private long spanBegan;
    private int before;
    private int most;

    Appetite(Clock clock) {
        this.clock = clock;
        spanBegan = clock.nanos();
    }

    /**
     * The wish, now that so many are needed.
     *
     * @param needed connections in use, and threads that wait for one
     */
    int after(int needed) {
        long now = clock.nanos();
        if (now - spanBegan >= SPAN) {
            before = now - spanBegan >= 2 * SPAN ? 0 : most;
            most = 0;
            spanBegan = now;
        }
        most = Math.max(most, needed);
        return Math.max(before, most);
    }
}
