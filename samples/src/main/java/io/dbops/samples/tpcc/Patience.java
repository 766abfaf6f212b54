package io.dbops.samples.tpcc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waiting: for a condition, with a deadline, or for time itself. */
final class Patience {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long PAUSE_NANOS = 2_000_000;

    private Patience() {}

    /** A condition that may be asked of a server. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws SQLException;
    }

    /** Polls until the condition holds. A server that does not answer is asked again. */
    static void until(String what, Condition condition) {
        long start = System.nanoTime();
        while (true) {
            SQLException failure = null;
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (SQLException e) {
                failure = e;
            }
            if (System.nanoTime() - start > LIMIT.toNanos()) {
                throw new IllegalStateException(what + ": not within " + LIMIT.toSeconds() + " s", failure);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Lets a fault take effect, or strike at another moment than the last one. */
    static void hold(long millis) {
        long end = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
