package io.dbops.tx;

import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs outermost units of work, once or more often. Implemented by the module dbops-routing; thread-safe. */
@FunctionalInterface
public interface UnitRunner {

    /**
     * Runs a unit until it is committed or given up. Blocks.
     *
     * @param <T> what the unit returns
     * @param <X> what the unit throws beside {@link SQLException}
     * @param dataSource gives the connections
     * @param unit what was asked for
     * @param site the class of the work as the caller gave it, which tells apart the places in the program
     * @param work what to do with a connection, each time anew
     * @return the unit's result, after its commit
     * @throws SQLException if the database refuses, or the outcome of the commit is not known
     * @throws X if the unit throws it
     */
    <T, X extends Exception> T run(DataSource dataSource, Unit unit, Class<?> site, SqlFunction<T, X> work)
            throws SQLException, X;

    /** Removes the meters of what it has run, after the last unit has ended. Closing again does nothing. */
    default void close() {}
}
