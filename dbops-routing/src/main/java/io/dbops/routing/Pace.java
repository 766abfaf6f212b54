package io.dbops.routing;

/**
 * When a node may be asked again: regularly, and sooner on demand, within a budget.
 *
 * <p>Demands are coalesced, at least {@link #SPACING} apart, and take tokens from a bucket that refills at the
 * sampling rate and holds a fifth of a second's worth. A demand that finds the bucket empty waits for the next token.
 *
 * <p>Not thread-safe: belongs to one observer's thread.
 */
final class Pace {

    /** Least time between two questions to a node. */
    static final long SPACING = 5_000_000;

    private final long interval;
    private final long tokenCost;
    private final long burst;
    private long lastStart = -1;
    private long jitter;
    /** Nanoseconds saved up; a question on demand costs {@link #tokenCost}. */
    private long saved;

    Pace(long intervalNanos, int perSecond) {
        interval = intervalNanos;
        tokenCost = 1_000_000_000L / perSecond;
        burst = tokenCost * Math.max(1, perSecond / 5);
        saved = burst;
    }

    /** The instant at which the next regular question is due. */
    long regularDue() {
        return lastStart < 0 ? 0 : lastStart + interval + jitter;
    }

    /** The earliest instant, from now on, at which a question on demand may be asked. */
    long demandDue(long now) {
        long refilled = Math.min(burst, saved + (lastStart < 0 ? 0 : now - lastStart));
        long token = refilled >= tokenCost ? now : now + tokenCost - refilled;
        return Math.max(token, lastStart < 0 ? 0 : lastStart + SPACING);
    }

    /** Notes that a question is asked now; the next regular one is moved by the jitter. */
    void started(long now, long nextJitter) {
        long refilled = Math.min(burst, saved + (lastStart < 0 ? 0 : now - lastStart));
        saved = Math.max(0, refilled - tokenCost);
        lastStart = now;
        jitter = nextJitter;
    }
}
