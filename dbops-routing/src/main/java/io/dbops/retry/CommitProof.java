package io.dbops.retry;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A way to find out whether a transaction was committed whose COMMIT was not answered: {@link CommitMarkers} for whoever
 * can have a table, {@link TransactionStatus} for who cannot.
 *
 * <p>Immutable and thread-safe; holds no connection.
 */
public abstract sealed class CommitProof permits CommitMarkers, TransactionStatus {

    CommitProof() {}

    /**
     * Makes the transaction one that can be looked up, by one statement. To be called directly before COMMIT: what is
     * rolled back to a savepoint afterwards takes the claim with it.
     *
     * @param connection a connection in the transaction
     * @return what to ask if the answer to COMMIT does not come
     * @throws SQLException if the statement fails, and with it the transaction
     */
    abstract Claim claim(Connection connection) throws SQLException;
}
