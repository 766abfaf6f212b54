package io.dbops.retry;

/**
 * How many units that get in each other's way may run at once, found out by trying: as many as commit most.
 *
 * <p>Commits are counted in windows of some milliseconds. After one under the present limit comes one with one more, or
 * one less, in turns; what commits more becomes the limit, and of fewer the same is enough. A trial in vain is followed by
 * a pause of ten windows, and twice as many each time, so that trying costs little where nothing is to be won. A conflict
 * as dear as a deadlock, which a server notices after a second, ends all that: then it is one after another, for ten times
 * as long as it took.
 *
 * <p>Not thread-safe: belongs to a gate, and is called under its lock.
 */
final class GateLimit {

    private static final long WINDOW = 20_000_000;
    private static final int LEAST_COMMITS = 32;
    private static final int PAUSE = 10;
    private static final int MOST_DOUBLINGS = 5;

    /** Less of a gain than one part in so many is chance. */
    private static final int GAIN = 50;

    /** A conflict that takes so long, and so many times what a unit takes, is dear. */
    private static final long DEAR = 50_000_000;

    private static final int DEAR_TIMES = 20;

    private int limit = 1;
    /** What is tried: 1 for more, -1 for fewer, 0 for none. */
    private int trial;

    private int nextTrial = 1;
    private double rate;
    private int doublings;
    private long pausedUntil;
    private long windowBegan;
    private int commits;
    private long usual;

    /**
     * A limit of one, for something has just been in conflict.
     *
     * @param cost what that took, in nanoseconds
     */
    GateLimit(long cost, long now) {
        pausedUntil = cost > DEAR ? now + PAUSE * cost : now;
        windowBegan = now;
    }

    int limit() {
        return limit + trial;
    }

    /** Whether it waits before it tries anything again. */
    boolean isPaused(long now) {
        return now - pausedUntil < 0;
    }

    /** An attempt was good. */
    void succeeded(long nanos, long now) {
        usual = usual == 0 ? nanos : usual + (nanos - usual) / 16;
        commits++;
        long took = now - windowBegan;
        if (took >= WINDOW && commits >= LEAST_COMMITS) {
            ended(commits / (double) took, now);
            begin(now);
        }
    }

    private void begin(long now) {
        windowBegan = now;
        commits = 0;
    }

    private void ended(double measured, long now) {
        if (trial == 0) {
            rate = measured;
            if (!isPaused(now)) {
                trial = limit == 1 ? 1 : nextTrial;
            }
            return;
        }
        boolean better = trial > 0 ? measured > rate + rate / GAIN : measured >= rate;
        if (better) {
            limit += trial;
            rate = measured;
            doublings = 0;
            trial = limit == 1 ? 0 : trial;
        } else {
            nextTrial = -trial;
            trial = 0;
            pausedUntil = now + ((PAUSE * WINDOW) << doublings);
            doublings = Math.min(MOST_DOUBLINGS, doublings + 1);
        }
    }

    /** An attempt ended in a conflict. */
    void conflicted(long nanos, long now) {
        if (nanos > DEAR && nanos > DEAR_TIMES * usual) {
            limit = 1;
            trial = 0;
            nextTrial = 1;
            pausedUntil = now + PAUSE * nanos;
            begin(now);
        }
    }
}
