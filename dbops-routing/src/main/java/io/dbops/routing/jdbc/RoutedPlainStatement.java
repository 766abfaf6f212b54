package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A {@link RoutedStatement} without a text of its own. */
final class RoutedPlainStatement extends RoutedStatement {

    private Statement delegate;
    private boolean hasBatch;

    RoutedPlainStatement(RoutedConnection connection, Lease lease, Statement delegate) {
        super(connection, lease);
        this.delegate = delegate;
    }

    @Override
    Statement delegate() {
        return delegate;
    }

    @Override
    void recreateOn(Connection physical) throws SQLException {
        if (hasBatch) {
            throw cannotMove();
        }
        delegate = physical.createStatement(
                delegate.getResultSetType(), delegate.getResultSetConcurrency(), delegate.getResultSetHoldability());
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        delegate.addBatch(sql);
        hasBatch = true;
    }

    @Override
    public void clearBatch() throws SQLException {
        delegate.clearBatch();
        hasBatch = false;
    }
}
