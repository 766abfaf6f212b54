package io.dbops.tx;

/** Whether a transaction was committed, as far as it could be found out. */
public sealed interface CommitOutcome {

    /** It was committed. */
    record Committed() implements CommitOutcome {}

    /**
     * It was committed on the server that was asked, which did not wait until a standby had it: a failover may lose it.
     *
     * @param why what the server said
     */
    record CommittedNotReplicated(String why) implements CommitOutcome {}

    /**
     * It was not, and will not be: nothing of it lasts.
     *
     * @param why how that is known
     */
    record RolledBack(String why) implements CommitOutcome {}

    /**
     * It cannot be told.
     *
     * @param why why not, and what would
     */
    record Unknown(String why) implements CommitOutcome {}

    /**
     * Whether its changes are there.
     *
     * @return {@code false} also if that is not known
     */
    default boolean isCommitted() {
        return this instanceof Committed || this instanceof CommittedNotReplicated;
    }

    /**
     * Whether that much is known.
     *
     * @return {@code false} for {@link Unknown}
     */
    default boolean isKnown() {
        return !(this instanceof Unknown);
    }
}
