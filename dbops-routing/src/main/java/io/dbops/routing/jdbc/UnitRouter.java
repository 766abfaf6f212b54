package io.dbops.routing.jdbc;

import java.sql.SQLException;

/** Gives units of work the physical connections they run on. */
public interface UnitRouter {

    /**
     * Takes a physical connection for a unit of work.
     *
     * @param readOnly whether the unit is declared read-only
     * @return the lease, to be released by the caller
     * @throws SQLException if there is none
     */
    Lease lease(boolean readOnly) throws SQLException;

    /**
     * Whether there are nodes to choose from, so that leases have a decision and an explanation to tell.
     *
     * @return {@code false} for any data source
     */
    boolean choosesNodes();

    /**
     * The autocommit mode in which physical connections come.
     *
     * @return what a pool gives
     */
    boolean defaultAutoCommit();

    /**
     * How long a statement may take to be answered, unless the application has said otherwise.
     *
     * @return milliseconds, or 0 for as long as it takes
     */
    int deadlineMillis();
}
