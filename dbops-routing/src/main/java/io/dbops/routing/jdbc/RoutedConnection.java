package io.dbops.routing.jdbc;

import io.dbops.RoutingDecision;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A connection that takes a physical one at its first statement, and another one when a unit of work needs it.
 *
 * <p>What was set before there was a physical connection is remembered and applied to each that is taken. Commit and
 * rollback do nothing while there is none.
 *
 * <p>Not thread-safe, but for {@link #abort}.
 */
public final class RoutedConnection extends LeasingConnection implements Connection {

    /**
     * A connection that has taken no physical one yet.
     *
     * @param router gives physical connections
     */
    public RoutedConnection(UnitRouter router) {
        super(router);
    }

    // ---- transactions --------------------------------------------------------------------------------------------

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        checkOpen();
        if (autoCommit == on) {
            return;
        }
        if (lease != null) {
            end(on, connection -> connection.setAutoCommit(on));
        }
        autoCommit = on;
    }

    @Override
    public boolean getAutoCommit() throws SQLException {
        checkOpen();
        return autoCommit;
    }

    @Override
    public void commit() throws SQLException {
        checkTransactional("commit");
        end(true, Connection::commit);
    }

    @Override
    public void rollback() throws SQLException {
        checkTransactional("rollback");
        end(false, Connection::rollback);
    }

    private void checkTransactional(String call) throws SQLException {
        checkOpen();
        if (autoCommit) {
            throw new SQLException(call + " is not possible in autocommit mode; call setAutoCommit(false)", "25P01");
        }
    }

    @Override
    public void setReadOnly(boolean on) throws SQLException {
        checkOpen();
        if (readOnly == on) {
            return;
        }
        checkNoUnit("setReadOnly");
        readOnly = on;
        Lease held = lease;
        if (held != null && held.isPrimary() && held.isHeld()) {
            // Statements of the primary never leave it.
            held.connection().setReadOnly(on);
            if (!on) {
                held.mayWrite();
            }
        } else {
            letGo();
        }
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        checkOpen();
        return readOnly;
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        checkTransactional("setSavepoint");
        Savepoint savepoint = serving().connection().setSavepoint();
        unitOpen = true;
        return savepoint;
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        checkTransactional("setSavepoint");
        Savepoint savepoint = serving().connection().setSavepoint(name);
        unitOpen = true;
        return savepoint;
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        checkTransactional("rollback");
        physical().rollback(savepoint);
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        checkTransactional("releaseSavepoint");
        physical().releaseSavepoint(savepoint);
    }

    // ---- the end -------------------------------------------------------------------------------------------------

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            releaseAll();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void abort(Executor executor) throws SQLException {
        Lease held = lease;
        if (!closed && held != null) {
            held.aborted();
            held.connection().abort(executor);
        }
        close();
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("timeout (" + timeout + "): must not be negative", "22023");
        }
        try {
            return !closed && physical().isValid(timeout);
        } catch (SQLException e) {
            return false;
        }
    }

    // ---- statements ----------------------------------------------------------------------------------------------

    @Override
    public Statement createStatement() throws SQLException {
        Lease used = current();
        return new RoutedPlainStatement(this, used, used.connection().createStatement());
    }

    @Override
    public Statement createStatement(int type, int concurrency) throws SQLException {
        Lease used = current();
        return new RoutedPlainStatement(this, used, used.connection().createStatement(type, concurrency));
    }

    @Override
    public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
        Lease used = current();
        return new RoutedPlainStatement(this, used, used.connection().createStatement(type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        Lease used = current();
        return new RoutedPreparedStatement(this, used, used.connection().prepareStatement(sql), sql, null);
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return prepare(sql, connection -> connection.prepareStatement(sql, type, concurrency));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
            throws SQLException {
        return prepare(sql, connection -> connection.prepareStatement(sql, type, concurrency, holdability));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
        return prepare(sql, connection -> connection.prepareStatement(sql, autoGeneratedKeys));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
        return prepare(sql, connection -> connection.prepareStatement(sql, columnIndexes));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
        return prepare(sql, connection -> connection.prepareStatement(sql, columnNames));
    }

    private PreparedStatement prepare(String sql, RoutedPreparedStatement.Recipe recipe) throws SQLException {
        Lease used = current();
        return new RoutedPreparedStatement(this, used, recipe.prepare(used.connection()), sql, recipe);
    }

    @Override
    public CallableStatement prepareCall(String sql) throws SQLException {
        Lease used = current();
        return new RoutedCallableStatement(this, used, used.connection().prepareCall(sql), sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
        Lease used = current();
        return new RoutedCallableStatement(this, used, used.connection().prepareCall(sql, type, concurrency), sql);
    }

    @Override
    public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
        Lease used = current();
        return new RoutedCallableStatement(
                this, used, used.connection().prepareCall(sql, type, concurrency, holdability), sql);
    }

    @Override
    public String nativeSQL(String sql) throws SQLException {
        return physical().nativeSQL(sql);
    }

    // ---- settings ------------------------------------------------------------------------------------------------

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkNoUnit("setTransactionIsolation");
        if (lease != null) {
            lease.connection().setTransactionIsolation(level);
        }
        settings().isolation(level);
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        return physical().getTransactionIsolation();
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().setHoldability(holdability);
        }
        settings().holdability(holdability);
    }

    @Override
    public int getHoldability() throws SQLException {
        return physical().getHoldability();
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().setCatalog(catalog);
        }
        settings().catalog(catalog);
    }

    @Override
    public String getCatalog() throws SQLException {
        return physical().getCatalog();
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().setSchema(schema);
        }
        settings().schema(schema);
    }

    @Override
    public String getSchema() throws SQLException {
        return physical().getSchema();
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().setTypeMap(map);
        }
        settings().typeMap(map);
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        return physical().getTypeMap();
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().setNetworkTimeout(executor, milliseconds);
        }
        settings().networkTimeout(executor, milliseconds);
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        return physical().getNetworkTimeout();
    }

    @Override
    public void setClientInfo(String name, String value) throws SQLClientInfoException {
        if (closed) {
            throw new SQLClientInfoException("the connection is closed", "08003", Map.of());
        }
        if (lease != null) {
            lease.connection().setClientInfo(name, value);
        }
        settings().clientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        for (String name : properties.stringPropertyNames()) {
            setClientInfo(name, properties.getProperty(name));
        }
    }

    @Override
    public String getClientInfo(String name) throws SQLException {
        return physical().getClientInfo(name);
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return physical().getClientInfo();
    }

    // ---- the rest ------------------------------------------------------------------------------------------------

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        checkOpen();
        return new RoutedMetaData(this);
    }

    @Override
    public @Nullable SQLWarning getWarnings() throws SQLException {
        checkOpen();
        return lease == null ? null : lease.connection().getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        checkOpen();
        if (lease != null) {
            lease.connection().clearWarnings();
        }
    }

    @Override
    public Clob createClob() throws SQLException {
        return bound().createClob();
    }

    @Override
    public Blob createBlob() throws SQLException {
        return bound().createBlob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        return bound().createNClob();
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return bound().createSQLXML();
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return bound().createArrayOf(typeName, elements);
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return bound().createStruct(typeName, attributes);
    }

    /**
     * The routing decision of the last unit of work, or of the first one to come; or something of the physical connection behind it. The latter may be
     * used to write past this wrapper: unless the server holds the connection read-only, the session counts as having
     * written when it is closed.
     */
    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        if (iface == RoutingDecision.class) {
            checkOpen();
            return iface.cast((lease == null ? current() : lease).decision());
        }
        Lease used = current();
        T unwrapped = used.connection().unwrap(iface);
        used.escaped();
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface.isInstance(this)
                || iface == RoutingDecision.class
                || physical().isWrapperFor(iface);
    }

    @Override
    public String toString() {
        Lease held = lease;
        return "RoutedConnection[" + (closed ? "closed" : held == null ? "no statement yet" : held.decision()) + "]";
    }
}
