package io.dbops.routing;

import io.dbops.time.Clock;
import java.time.Duration;

/**
 * How long a server takes to answer: an average in which what is old counts ever less.
 *
 * <p>What an answer weighs depends on the time since the one before: after 5 s without any it is nearly all that counts,
 * so a node that gets little work is judged by what it does now. At least a sixteenth, so that a burst of answers is not
 * taken for a single one.
 *
 * <p>Not thread-safe; instants are of {@link Clock#nanos}.
 */
final class Latency {

    private static final double FADES_OVER = Duration.ofSeconds(5).toNanos();
    private static final double LEAST_WEIGHT = 1.0 / 16;

    private double average = Double.NaN;
    private long heardAt;

    void heard(long nanos, long now) {
        double weight = Math.max(LEAST_WEIGHT, 1 - remains(now));
        average = isKnown() ? average + (nanos - average) * weight : nanos;
        heardAt = now;
    }

    boolean isKnown() {
        return !Double.isNaN(average);
    }

    /** The average; only if it is known. */
    long nanos() {
        return (long) average;
    }

    /** What of the average still counts at an instant; zero while it is not known. */
    long faded(long now) {
        return isKnown() ? (long) (average * remains(now)) : 0;
    }

    /** Whether anything was heard lately enough to compare others with. */
    boolean isRecent(long now) {
        return isKnown() && now - heardAt <= 2 * FADES_OVER;
    }

    private double remains(long now) {
        return Math.exp(-Math.max(0, now - heardAt) / FADES_OVER);
    }
}
