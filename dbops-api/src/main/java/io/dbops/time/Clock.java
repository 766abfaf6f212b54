package io.dbops.time;

/** Time as the library sees it, and waiting for it. Thread-safe. */
public interface Clock {

    /**
     * Nanoseconds of running time since a fixed origin. Never negative, so instants compare by {@code >}. Stands still
     * while the machine is suspended.
     *
     * @return the instant
     */
    long nanos();

    /**
     * Milliseconds of wall-clock time, which goes on while the machine is suspended, and may be set.
     *
     * @return the time
     */
    long wallMillis();

    /**
     * Waits, until woken by {@link java.util.concurrent.locks.LockSupport#unpark} or an interrupt.
     *
     * @param nanos how long at most
     */
    void park(long nanos);

    /**
     * Waits for the whole time.
     *
     * @param nanos how long
     * @throws InterruptedException if the thread is interrupted
     */
    default void sleep(long nanos) throws InterruptedException {
        long end = nanos() + nanos;
        for (long left = nanos; left > 0; left = end - nanos()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            park(left);
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }
}
