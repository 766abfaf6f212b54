package io.dbops.retry;

/** Is told what retries do. Called on the thread that runs the unit; what it throws is logged. */
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
