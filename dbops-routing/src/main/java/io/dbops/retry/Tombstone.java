package io.dbops.retry;

/**
 * What became of the attempt to put a tombstone in the place of a marker.
 *
 * @param state what
 * @param why what is wrong, if something is, else empty
 */
record Tombstone(State state, String why) {

    /** What became of it. */
    enum State {

        /** It is there, and committed. */
        INSERTED,

        /** There is one already. */
        FENCED_BEFORE,

        /** The marker is there: its transaction was committed. */
        COMMITTED,

        /** Neither, until the wait for the lock was over: the marker's transaction is still running. */
        WAITED,

        /** This is not where the marker would be. Nothing was inserted; another server may be. */
        MISPLACED,

        /** The marker may have been deleted for its age. Nothing was inserted. */
        TOO_LATE
    }

    Tombstone(State state) {
        this(state, "");
    }
}
