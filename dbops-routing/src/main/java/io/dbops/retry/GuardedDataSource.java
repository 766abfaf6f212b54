package io.dbops.retry;

import io.dbops.routing.jdbc.Lease;
import io.dbops.routing.jdbc.RoutedConnection;
import io.dbops.routing.jdbc.UnitRouter;
import io.dbops.routing.jdbc.Witness;
import io.dbops.time.Clock;
import io.dbops.time.SystemClock;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Any data source, with connections that notice the errors of their statements: a transaction that one of them has ended
 * is not committed as if nothing had happened. A connection takes one from the data source at its first statement.
 * Thread-safe.
 */
final class GuardedDataSource implements DataSource, UnitRouter {

    private final DataSource dataSource;
    private final Clock clock;
    private final Seats seats = new Seats();

    GuardedDataSource(DataSource dataSource) {
        this(dataSource, SystemClock.INSTANCE);
    }

    GuardedDataSource(DataSource dataSource, Clock clock) {
        this.dataSource = dataSource;
        this.clock = clock;
    }

    @Override
    public Connection getConnection() {
        return new RoutedConnection(this);
    }

    @Override
    public Lease lease(boolean readOnly) throws SQLException {
        return new GuardedLease(dataSource.getConnection(), seats, clock);
    }

    @Override
    public boolean choosesNodes() {
        return false;
    }

    /** A connection comes in this mode, whatever the one of the data source comes in. */
    @Override
    public boolean defaultAutoCommit() {
        return true;
    }

    @Override
    public int deadlineMillis() {
        return 0;
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("units of work run as the data source's own user", "0A000");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return dataSource.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        dataSource.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        dataSource.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return dataSource.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return dataSource.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface == Witness.class) {
            return iface.cast(seats);
        }
        return iface.isInstance(dataSource) ? iface.cast(dataSource) : dataSource.unwrap(iface);
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface == Witness.class || iface.isInstance(dataSource) || dataSource.isWrapperFor(iface);
    }
}
