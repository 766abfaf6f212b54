package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** A {@link RoutedStatement} without a text of its own. */
final class RoutedPlainStatement extends RoutedStatement {

    private Statement delegate;

    RoutedPlainStatement(RoutedConnection connection, Lease lease, Statement delegate) {
        super(connection, lease);
        this.delegate = delegate;
    }

    @Override
    Statement delegate() {
        return delegate;
    }

    @Override
    Statement recreatedOn(Connection physical) throws SQLException {
        return physical.createStatement(
                delegate.getResultSetType(), delegate.getResultSetConcurrency(), delegate.getResultSetHoldability());
    }

    @Override
    void replaceDelegate(Statement recreated) {
        delegate = recreated;
    }
}
