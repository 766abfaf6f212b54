package io.dbops.routing;

import io.dbops.routing.jdbc.RoutedConnection;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Connections of one session, or of whichever is entered, at one level of consistency. Thread-safe. */
final class ViewDataSource implements DataSource {

    private final RouterCore core;
    private final Supplier<SessionView> view;

    ViewDataSource(RouterCore core, Supplier<SessionView> view) {
        this.core = core;
        this.view = view;
    }

    /** Takes nothing from any pool: that happens at the first statement. */
    @Override
    public Connection getConnection() throws SQLException {
        if (core.isClosed()) {
            throw new SQLException("the router is closed", "08003");
        }
        return new RoutedConnection(view.get());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException(
                "a routed data source has its users in its nodes; call getConnection()", "0A000");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException("dbops logs through SLF4J", "0A000");
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("dbops logs through SLF4J", "0A000");
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("set the time limits of the nodes' pools", "0A000");
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("dbops logs through SLF4J", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        throw new SQLException("a routed data source wraps several, none of them a " + iface.getName(), "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this);
    }
}
