package io.dbops.tx;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * A unit of work that uses a connection and returns a result.
 *
 * <p>The connection is borrowed: do not close it, keep it, or hand it to another thread.
 *
 * @param <T> what it returns
 * @param <X> what it throws beside {@link SQLException}; inferred as {@link RuntimeException} when that is nothing
 */
@FunctionalInterface
public interface SqlFunction<T, X extends Exception> {

    /**
     * Does the work.
     *
     * @param connection a connection inside a transaction
     * @return the result, handed to the caller after the commit
     * @throws SQLException if the database refuses
     * @throws X if the work fails otherwise
     */
    T apply(Connection connection) throws SQLException, X;
}
