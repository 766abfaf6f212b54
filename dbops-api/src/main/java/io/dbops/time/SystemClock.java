package io.dbops.time;

import java.util.concurrent.locks.LockSupport;

/** The machine's own clock. */
public enum SystemClock implements Clock {
    /** It. */
    INSTANCE;

    /** {@link System#nanoTime} may be negative, and may wrap within a process; what has passed since here does not. */
    private static final long ORIGIN = System.nanoTime();

    @Override
    public long nanos() {
        return System.nanoTime() - ORIGIN;
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void park(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }
}
