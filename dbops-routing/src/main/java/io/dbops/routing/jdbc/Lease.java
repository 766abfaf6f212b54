package io.dbops.routing.jdbc;

import io.dbops.RoutingDecision;
import java.sql.Connection;
import java.sql.SQLException;

/** A physical connection while a logical one holds it. Not thread-safe, as connections are not. */
public interface Lease {

    /**
     * The connection, as the pool gave it.
     *
     * @return the connection
     */
    Connection connection();

    /**
     * Whether the connection leads to the primary, so that every unit of work may run on it.
     *
     * @return {@code false} for a replica
     */
    boolean isPrimary();

    /**
     * Whether another unit of work that is declared read-only may begin on this connection now.
     *
     * @return {@code false} if it must take another one
     */
    boolean stillServes();

    /** Notes that the connection is no longer known to be read-only: what it does may be a write. */
    void mayWrite();

    /** Notes that a call has returned, or thrown, that may have committed something. */
    void mayHaveCommitted();

    /**
     * Notes that a call has failed.
     *
     * @param error what it threw
     */
    void failed(SQLException error);

    /** Notes that the connection was ended by force, whatever it was doing. */
    void aborted();

    /** Notes that a statement was opened on the connection. */
    void statementOpened();

    /** Notes that a statement was closed. */
    void statementClosed();

    /**
     * Whether statements are open, whose results may still be read.
     *
     * @return whether more were opened than closed
     */
    boolean hasOpenStatements();

    /**
     * Which node it is, and why.
     *
     * @return the decision
     */
    RoutingDecision decision();

    /**
     * Ends the lease and gives the connection back.
     *
     * @throws SQLException if the pool says so
     */
    void release() throws SQLException;
}
