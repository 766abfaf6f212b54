package io.dbops.tx;

import java.sql.SQLException;

/**
 * The connection was lost while a transaction was being committed, and whether it was committed is not known. Its
 * SQLState is {@code 08007}, <em>transaction resolution unknown</em>; its cause is the error that the commit ended with.
 *
 * <p>The unit was not run again, for it might then have been done twice. Look in the data whether it was done, or have
 * commits proved.
 */
public final class CommitOutcomeUnknownException extends SQLException {

    private static final long serialVersionUID = 1L;
    private static final String TRANSACTION_RESOLUTION_UNKNOWN = "08007";

    private final transient CommitOutcome.Unknown outcome;

    /**
     * Tells of a commit whose outcome is not known.
     *
     * @param unit which unit of work it was
     * @param outcome what is known
     * @param cause what the commit ended with
     */
    public CommitOutcomeUnknownException(Unit unit, CommitOutcome.Unknown outcome, SQLException cause) {
        super(
                unit + ": whether it was committed is not known: " + outcome.why(),
                TRANSACTION_RESOLUTION_UNKNOWN,
                cause.getErrorCode(),
                cause);
        this.outcome = outcome;
    }

    /**
     * What is known.
     *
     * @return why it is not known more
     */
    public CommitOutcome.Unknown outcome() {
        return outcome;
    }
}
