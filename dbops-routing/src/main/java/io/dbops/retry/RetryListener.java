package io.dbops.retry;

/**
 * Is told what retries do. Called on the thread that runs the unit, and with a {@link RetryEvent.Deadlocked} for which
 * others had to be asked on one that delivers such reports; so it is thread-safe. What it throws is logged.
 */
@FunctionalInterface
public interface RetryListener {

    /** Does nothing. */
    RetryListener NONE = event -> {};

    /**
     * Is told.
     *
     * @param event what was done
     */
    void on(RetryEvent event);
}
