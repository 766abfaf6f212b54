package io.dbops;

import java.sql.SQLTransactionRollbackException;

/**
 * The transaction was rolled back because its server is not the primary any more: a commit there would be lost, or
 * would not be seen by anybody. Nothing of it took effect.
 *
 * <p>Its SQLSTATE is 40001 ({@code serialization_failure}), which everybody who retries transactions retries: the whole
 * transaction may be run again, on the new primary.
 */
public final class PrimaryChangedException extends SQLTransactionRollbackException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message which node it ran on, and which is the primary now
     */
    public PrimaryChangedException(String message) {
        super(message, "40001");
    }
}
