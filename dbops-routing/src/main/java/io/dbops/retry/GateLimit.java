package io.dbops.retry;

/**
 * How many units that get in each other's way may run at once, found out by what conflicts cost.
 *
 * <p>A conflict costs the time of the attempt that it ended. Once conflicts take more than a tenth of the time that
 * attempts take, half as many may run, and in the end one after another. One more is let in after a run of successes,
 * but not before ten times as long as the conflict cost that lowered the limit, and twice as long each time that this
 * turns out too early: so finding out takes about a tenth of the time, whether a conflict costs a millisecond, as a
 * serialization failure does, or a second, as a deadlock.
 *
 * <p>Not thread-safe: belongs to a gate, and is called under its lock.
 */
final class GateLimit {

    /** Conflicts may take one part in so many of the time of all attempts. */
    private static final int TOLERATED = 10;

    /** What attempts took counts half after so many of them. */
    private static final int REMEMBERED = 32;

    private static final int RUN = 4;
    private static final int MOST_DOUBLINGS = 6;

    private int limit = 1;
    private double useful;
    private double wasted;
    private int successes;
    private int doublings;
    private long pause;
    private long raisedAt;
    private long mayRiseAt;

    /**
     * A limit of one, for something has just been in conflict.
     *
     * @param cost what that cost, in nanoseconds
     */
    GateLimit(long cost, long now) {
        pause = Math.max(1, cost * TOLERATED);
        mayRiseAt = now + pause;
        raisedAt = now;
    }

    int limit() {
        return limit;
    }

    /** The instant before which the limit will not be raised. */
    long mayRiseAt() {
        return mayRiseAt;
    }

    /** An attempt was good. */
    void succeeded(long nanos, long now) {
        forget();
        useful += nanos;
        successes++;
        if (successes >= RUN * limit && now - mayRiseAt >= 0) {
            limit++;
            successes = 0;
            raisedAt = now;
        }
    }

    /** An attempt ended in a conflict. */
    void conflicted(long nanos, long now) {
        forget();
        wasted += nanos;
        successes = 0;
        if (wasted * TOLERATED < useful + wasted) {
            return;
        }
        // What the limit was raised to did not last as long as was waited for it.
        doublings = now - raisedAt < pause ? Math.min(MOST_DOUBLINGS, doublings + 1) : 0;
        limit = Math.max(1, limit / 2);
        pause = Math.max(1, nanos * TOLERATED) << doublings;
        mayRiseAt = now + pause;
        // It has been paid for.
        wasted = 0;
    }

    private void forget() {
        double kept = 1 - 0.7 / REMEMBERED;
        useful *= kept;
        wasted *= kept;
    }
}
