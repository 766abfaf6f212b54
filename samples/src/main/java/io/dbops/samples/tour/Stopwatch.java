package io.dbops.samples.tour;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Time since it was started, and waiting for a condition with a deadline. */
final class Stopwatch {

    private static final long PAUSE = Duration.ofMillis(2).toNanos();

    private final long start = System.nanoTime();

    private Stopwatch() {}

    static Stopwatch started() {
        return new Stopwatch();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** A condition whose evaluation may fail. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Polls until the condition holds.
     *
     * @return how long that took
     * @throws BrokenPromiseException if it takes longer than the limit
     */
    static Duration until(Duration limit, String what, Condition condition) throws Exception {
        Stopwatch watch = started();
        while (!condition.holds()) {
            BrokenPromiseException.unless(
                    watch.elapsed().compareTo(limit) < 0, what + ": not within " + Screen.seconds(limit));
            LockSupport.parkNanos(PAUSE);
        }
        return watch.elapsed();
    }
}
