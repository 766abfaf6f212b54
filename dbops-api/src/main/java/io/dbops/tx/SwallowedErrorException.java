package io.dbops.tx;

import java.sql.SQLException;

/**
 * A commit was refused, because an error that the work has caught had ended or spoiled the transaction before: what was
 * done until then is rolled back. Its SQLState is {@code 25P02}, <em>in failed transaction</em>; its cause is that
 * error.
 *
 * <p>To go on after an error, have what may fail run in a {@linkplain Transactions#savepoint savepoint}.
 */
public final class SwallowedErrorException extends SQLException {

    private static final long serialVersionUID = 1L;
    private static final String IN_FAILED_TRANSACTION = "25P02";

    /**
     * Tells of a commit that was refused.
     *
     * @param swallowed the error that was caught
     */
    public SwallowedErrorException(Throwable swallowed) {
        super(
                "not committed, for an error was caught that had ended the transaction: " + swallowed.getMessage(),
                IN_FAILED_TRANSACTION,
                swallowed);
    }
}
