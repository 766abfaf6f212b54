package io.dbops.tx;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A unit of work that uses a connection and returns nothing.
 *
 * <p>The connection is borrowed: do not close it, keep it, or hand it to another thread.
 *
 * @param <X> what it throws beside {@link SQLException}; inferred as {@link RuntimeException} when that is nothing
 */
@FunctionalInterface
public interface SqlAction<X extends Exception> {

    /**
     * Does the work.
     *
     * @param connection a connection inside a transaction
     * @throws SQLException if the database refuses
     * @throws X if the work fails otherwise
     */
    void accept(Connection connection) throws SQLException, X;
}
