package io.dbops.dialect;

/** What to do about an error, if the unit of work as a whole may be run again. */
public enum Recovery {

    /** Run it again: the server has rolled it back. */
    RETRY,

    /** Roll it back, which the server has not, and run it again. */
    ROLLBACK_THEN_RETRY,

    /** Run it again on another connection: this one is gone, and with it the transaction. */
    NEW_CONNECTION,

    /** Run it again on whichever server takes writes now. */
    FAILOVER,

    /** Run it again, but not soon: the server has no room. */
    BACK_OFF,

    /** Find out whether it was committed before anything else: running it again might do it twice. */
    OUTCOME_UNKNOWN,

    /** Do not run it again: it would fail again, or the caller wanted it to end. */
    NEVER;

    /**
     * Whether running the unit again is safe, and may help.
     *
     * @return {@code false} for {@link #OUTCOME_UNKNOWN} and {@link #NEVER}
     */
    public boolean isRetry() {
        return this != OUTCOME_UNKNOWN && this != NEVER;
    }
}
