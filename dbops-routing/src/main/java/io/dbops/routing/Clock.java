package io.dbops.routing;

/** Time as routing sees it, and waiting for it. Thread-safe. */
interface Clock {

    /**
     * Nanoseconds of running time since a fixed origin. Never negative, so instants compare by {@code >}. Stands still
     * while the machine is suspended.
     */
    long nanos();

    /** Milliseconds of wall-clock time, which goes on while the machine is suspended, and may be set. */
    long wallMillis();

    /** Waits, until woken by {@link java.util.concurrent.locks.LockSupport#unpark} or an interrupt. */
    void park(long nanos);
}
