package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.routing.jdbc.RoutedConnection;
import io.dbops.routing.jdbc.Witness;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections of one session, or of whichever is entered, at one level of consistency. Those that promise the same are
 * equal. Thread-safe.
 */
final class ViewDataSource implements DataSource {

    private final RouterCore core;
    /** {@code null} for whichever is entered. */
    private final @Nullable SessionState session;

    private final Consistency consistency;
    private final Supplier<SessionView> view;

    private ViewDataSource(
            RouterCore core, @Nullable SessionState session, Consistency consistency, Supplier<SessionView> view) {
        this.core = core;
        this.session = session;
        this.consistency = consistency;
        this.view = view;
    }

    /** Connections of whichever session is entered when one is got. */
    static ViewDataSource ofEntered(RouterCore core, Consistency consistency) {
        return new ViewDataSource(core, null, consistency, () -> core.view(core.currentSession(), consistency));
    }

    /** Connections of this session. */
    static ViewDataSource of(RouterCore core, SessionState session, Consistency consistency) {
        SessionView view = core.view(session, consistency);
        return new ViewDataSource(core, session, consistency, () -> view);
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
        if (iface == Witness.class) {
            return iface.cast(core.witness());
        }
        throw new SQLException("a routed data source wraps several, none of them a " + iface.getName(), "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this) || iface == Witness.class;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a router and a session have no value but themselves
    public boolean equals(@Nullable Object other) {
        return other instanceof ViewDataSource that
                && core == that.core
                && session == that.session
                && consistency.equals(that.consistency);
    }

    @Override
    public int hashCode() {
        return Objects.hash(core, session, consistency);
    }
}
