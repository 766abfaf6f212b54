package io.dbops.retry;

/** Time, waiting and chance as retries see them. Thread-safe. */
interface Clock {

    /** Nanoseconds of running time since some origin. */
    long nanos();

    /** Waits at least so long. */
    void sleep(long nanos) throws InterruptedException;

    /** A random number from 0 to below 1, evenly distributed. */
    double random();
}
