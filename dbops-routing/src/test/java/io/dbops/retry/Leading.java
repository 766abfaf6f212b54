package io.dbops.retry;

import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** A data source that leads wherever a test says. */
final class Leading implements DataSource {

    /** Opens a connection to some server. */
    @FunctionalInterface
    interface Door {
        Connection open() throws SQLException;
    }

    private final Door door;

    private Leading(Door door) {
        this.door = door;
    }

    static DataSource to(Door door) {
        return new Leading(door);
    }

    /** To a PostgreSQL that costs nothing, and agrees to everything. */
    static DataSource toNothing() {
        ClassLoader loader = Leading.class.getClassLoader();
        Object metaData = Proxy.newProxyInstance(
                loader, new Class<?>[] {DatabaseMetaData.class}, (proxy, method, arguments) -> "PostgreSQL");
        Object connection =
                Proxy.newProxyInstance(loader, new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getMetaData")) {
                        return metaData;
                    }
                    return method.getReturnType() == boolean.class ? false : null;
                });
        return to(() -> (Connection) connection);
    }

    @Override
    public Connection getConnection() throws SQLException {
        return door.open();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
