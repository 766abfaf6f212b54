package io.dbops.routing.jdbc;

import io.dbops.RoutingDecision;
import java.sql.Connection;
import java.sql.SQLException;

/** A physical connection while a logical one holds it. Not thread-safe, as connections are not. */
public abstract class Lease {

    private final Connection connection;
    private int openStatements;

    /**
     * Leases a connection.
     *
     * @param connection what the pool gave
     */
    protected Lease(Connection connection) {
        this.connection = connection;
    }

    final Connection connection() {
        return connection;
    }

    final void statementOpened() {
        openStatements++;
    }

    final void statementClosed() {
        openStatements--;
    }

    final boolean hasOpenStatements() {
        return openStatements > 0;
    }

    /**
     * Gives the connection back to its pool.
     *
     * @throws SQLException if the pool says so
     */
    protected final void giveBack() throws SQLException {
        connection.close();
    }

    /**
     * Whether the connection leads to the primary, so that every unit of work may run on it.
     *
     * @return {@code false} for a replica
     */
    protected abstract boolean isPrimary();

    /**
     * Whether another unit of work that is declared read-only may begin on this connection now.
     *
     * @return {@code false} if it must take another one
     */
    protected abstract boolean stillServes();

    /** Notes that the connection is no longer known to be read-only: what it does may be a write. */
    protected abstract void mayWrite();

    /** Notes that a call has returned, or thrown, that may have committed something. */
    protected abstract void mayHaveCommitted();

    /**
     * Notes that a call has failed.
     *
     * @param error what it threw
     */
    protected abstract void failed(SQLException error);

    /** Notes that the connection was ended by force, whatever it was doing. */
    protected abstract void aborted();

    /**
     * Which node it is, and why.
     *
     * @return the decision
     */
    protected abstract RoutingDecision decision();

    /**
     * Ends the lease and gives the connection back.
     *
     * @throws SQLException if the pool says so
     */
    protected abstract void release() throws SQLException;
}
