package io.dbops.test;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Polls a condition until it holds or a deadline passes; the one place of this module that reads a clock and waits. */
final class Await {
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private Await() {}

    /** A condition whose evaluation may fail, which ends the wait. */
    @FunctionalInterface
    interface Condition<X extends Exception> {
        boolean holds() throws X;
    }

    /**
     * Returns whether the condition held before the timeout passed. It is evaluated at least once.
     *
     * @throws ClusterException when the thread is interrupted; the interrupt flag stays set
     */
    static <X extends Exception> boolean within(Duration timeout, Condition<X> condition) throws X {
        long start = System.nanoTime();
        while (!condition.holds()) {
            if (System.nanoTime() - start >= timeout.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new ClusterException("interrupted while waiting");
            }
        }
        return true;
    }

    /** As {@link #within}, but a condition that never held is a {@link ClusterException} with the given message. */
    static <X extends Exception> void orFail(Duration timeout, Condition<X> condition, Supplier<String> message)
            throws X {
        if (!within(timeout, condition)) {
            throw new ClusterException(message.get() + " within " + timeout);
        }
    }
}
