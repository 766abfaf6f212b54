package io.dbops.routing.jdbc;

import java.sql.SQLException;
import java.sql.Savepoint;

/**
 * A savepoint, and where it is: drivers number savepoints for each physical connection, so that on another one the same
 * number may be another savepoint.
 */
final class RoutedSavepoint implements Savepoint {

    private final Lease lease;
    private final Savepoint delegate;

    RoutedSavepoint(Lease lease, Savepoint delegate) {
        this.lease = lease;
        this.delegate = delegate;
    }

    /** The driver's savepoint, if the given one is of this lease. */
    @SuppressWarnings("ReferenceEquality") // a lease has no value but itself
    static Savepoint of(Lease lease, Savepoint savepoint) throws SQLException {
        if (savepoint instanceof RoutedSavepoint routed && routed.lease == lease) {
            return routed.delegate;
        }
        throw new SQLException("the savepoint is not of this connection's open transaction", "3B001");
    }

    @Override
    public int getSavepointId() throws SQLException {
        return delegate.getSavepointId();
    }

    @Override
    public String getSavepointName() throws SQLException {
        return delegate.getSavepointName();
    }
}
