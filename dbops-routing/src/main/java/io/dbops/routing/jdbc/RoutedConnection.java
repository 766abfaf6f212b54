package io.dbops.routing.jdbc;

import static java.util.Objects.requireNonNull;

import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.tx.RunningUnit;
import io.dbops.tx.SwallowedErrorException;
import io.dbops.tx.UnitCarrier;
import io.dbops.tx.WatchedConnection;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection that takes a physical one at its first statement, and another one when a unit of work needs it.
 *
 * <p>What was set before there was a physical connection is remembered and applied to each that is taken. Commit and
 * rollback do nothing while there is none.
 *
 * <p>Not thread-safe, but for {@link #abort}.
 */
public final class RoutedConnection extends LeasingConnection implements Connection, WatchedConnection, UnitCarrier {

    /**
     * A connection that has taken no physical one yet.
     *
     * @param router gives physical connections
     */
    public RoutedConnection(UnitRouter router) {
        super(router);
    }

    @Override
    public void carries(RunningUnit unit) {
        running = unit;
    }

    // ---- transactions --------------------------------------------------------------------------------------------

    @Override
    public void setAutoCommit(boolean on) throws SQLException {
        checkOpen();
        if (autoCommit == on) {
            return;
        }
        if (on) {
            refuseSpoiled();
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
        refuseSpoiled();
        end(true, Connection::commit);
    }

    /**
     * What an error has ended is not committed, though the error was caught, and though the driver would say that it is. It
     * is rolled back instead, as the server would.
     */
    private void refuseSpoiled() throws SQLException {
        SQLException error = lease == null || !unitOpen ? null : lease.spoiled();
        if (error == null) {
            return;
        }
        var refusal = new SwallowedErrorException(error);
        try {
            end(false, Connection::rollback);
        } catch (SQLException e) {
            refusal.addSuppressed(e);
        }
        throw refusal;
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
        if (held != null && held.isPrimary() && held.isHeld() && held.maySuit(on)) {
            // Statements of the primary never leave it.
            held.connection().setReadOnly(on);
            if (!on) {
                held.mayWriteFromNow();
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
        return savepoint(Connection::setSavepoint);
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        return savepoint(connection -> connection.setSavepoint(name));
    }

    private Savepoint savepoint(Question<Savepoint> call) throws SQLException {
        checkTransactional("setSavepoint");
        Lease used = serving();
        unitOpen = true;
        return new RoutedSavepoint(used, asked(used, call));
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        checkTransactional("rollback");
        atSavepoint(savepoint, Connection::rollback);
        if (lease != null) {
            lease.healed();
        }
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        checkTransactional("releaseSavepoint");
        atSavepoint(savepoint, Connection::releaseSavepoint);
    }

    @FunctionalInterface
    private interface SavepointCall {
        void on(Connection connection, Savepoint savepoint) throws SQLException;
    }

    private void atSavepoint(Savepoint savepoint, SavepointCall call) throws SQLException {
        Lease used = lease;
        if (used == null || !unitOpen) {
            throw new SQLException("no transaction is open, so no savepoint is", "25P01");
        }
        Savepoint delegate = RoutedSavepoint.of(used, savepoint);
        asked(used, connection -> {
            call.on(connection, delegate);
            return delegate;
        });
    }

    // ---- questions -----------------------------------------------------------------------------------------------

    @FunctionalInterface
    interface Question<T extends @Nullable Object> {
        T ask(Connection connection) throws SQLException;
    }

    /** Asks a physical connection something, and notes a failure: also that the pool took it away, as HikariCP may. */
    private <T extends @Nullable Object> T asked(Lease used, Question<T> question) throws SQLException {
        try {
            return question.ask(used.connection());
        } catch (SQLException e) {
            used.failed(e);
            if (!unitOpen && used.connection().isClosed()) {
                used.aborted();
            }
            throw e;
        }
    }

    /**
     * Asks the current physical connection something that is no part of a unit of work. A driver that runs a query to
     * answer may begin a transaction, which would be nobody's: its snapshot may be older than what the next unit must see.
     */
    <T extends @Nullable Object> T ask(Question<T> question) throws SQLException {
        Lease used = current();
        try {
            return asked(used, question);
        } finally {
            if (beganTransaction(used)) {
                used.connection().rollback();
            }
        }
    }

    private boolean beganTransaction(Lease used) {
        return !autoCommit && !unitOpen && used.isInTransaction();
    }

    @FunctionalInterface
    interface CatalogRead<T> {
        T on(Lease lease) throws SQLException;
    }

    /** Reads what may be served where any read of this moment may, as a unit of work or as a part of the open one. */
    <T> T readCatalog(CatalogRead<T> read) throws SQLException {
        Lease used = serving();
        try {
            return asked(used, connection -> read.on(used));
        } finally {
            unitOpen |= beganTransaction(used);
        }
    }

    @FunctionalInterface
    private interface Change {
        void on(Connection connection) throws SQLException;
    }

    /**
     * Changes a setting of the physical connection, if there is one. Outside a transaction it shall not begin one, with
     * whose rollback it would be taken back.
     */
    private void change(Change change) throws SQLException {
        checkOpen();
        Lease used = lease;
        if (used == null) {
            return;
        }
        asked(used, connection -> {
            change.on(connection);
            return used;
        });
        if (beganTransaction(used)) {
            used.connection().commit();
        }
    }

    // ---- the end -------------------------------------------------------------------------------------------------

    @Override
    public void close() throws SQLException {
        if (!closed) {
            closed = true;
            // A pool may have taken the connection away, as HikariCP does after some errors: nothing to roll back
            // there.
            unitOpen = unitOpen && lease != null && !lease.connection().isClosed();
            releaseAll();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Does not wait for a statement that runs: it fails as soon as the connection is cut. */
    @Override
    public void abort(Executor executor) throws SQLException {
        if (executor == null) {
            throw new SQLException("executor: must not be null");
        }
        if (closed) {
            return;
        }
        closed = true;
        Lease held = lease;
        // The server rolls back what is open.
        unitOpen = false;
        try {
            if (held != null) {
                held.aborted();
                held.connection().abort(executor);
            }
        } finally {
            releaseAborted();
        }
    }

    private void releaseAborted() {
        try {
            releaseAll();
        } catch (SQLException e) {
            // A pool finds that what it gets back was cut. It was meant to be.
        }
    }

    @Override
    public boolean isValid(int timeout) throws SQLException {
        if (timeout < 0) {
            throw new SQLException("timeout (" + timeout + "): must not be negative", "22023");
        }
        if (closed) {
            return false;
        }
        try {
            if (ask(connection -> connection.isValid(timeout))) {
                return true;
            }
            Lease dead = lease;
            if (dead == null || dead.isPrimary() || unitOpen) {
                return false;
            }
            // The next unit of work would be served by another node, and would not see that this one is dead.
            dead.aborted();
            return ask(connection -> connection.isValid(timeout));
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
        return ask(connection -> connection.nativeSQL(sql));
    }

    // ---- settings ------------------------------------------------------------------------------------------------

    @Override
    public void setTransactionIsolation(int level) throws SQLException {
        checkNoUnit("setTransactionIsolation");
        settings().isolation(level);
        change(connection -> connection.setTransactionIsolation(level));
    }

    @Override
    public int getTransactionIsolation() throws SQLException {
        Integer set = remembered(Settings::isolation);
        return set != null ? set : ask(Connection::getTransactionIsolation);
    }

    /** What was set, if there is no physical connection to ask: one for nothing but this may be hard to get. */
    private <T> @Nullable T remembered(Function<Settings, @Nullable T> setting) throws SQLException {
        checkOpen();
        return lease == null ? setting.apply(settings()) : null;
    }

    @Override
    public void setHoldability(int holdability) throws SQLException {
        checkOpen();
        settings().holdability(holdability);
        change(connection -> connection.setHoldability(holdability));
    }

    @Override
    public int getHoldability() throws SQLException {
        Integer set = remembered(Settings::holdability);
        return set != null ? set : ask(Connection::getHoldability);
    }

    @Override
    public void setCatalog(String catalog) throws SQLException {
        change(connection -> connection.setCatalog(catalog));
        settings().catalog(catalog);
    }

    @Override
    public String getCatalog() throws SQLException {
        return ask(Connection::getCatalog);
    }

    @Override
    public void setSchema(String schema) throws SQLException {
        change(connection -> connection.setSchema(schema));
        settings().schema(schema);
    }

    @Override
    public @Nullable String getSchema() throws SQLException {
        return ask(Connection::getSchema);
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        change(connection -> connection.setTypeMap(map));
        settings().typeMap(map);
    }

    @Override
    public Map<String, Class<?>> getTypeMap() throws SQLException {
        Map<String, Class<?>> set = remembered(Settings::typeMap);
        return set != null ? set : ask(Connection::getTypeMap);
    }

    @Override
    public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
        checkOpen();
        settings().networkTimeout(executor, milliseconds);
        change(connection -> connection.setNetworkTimeout(executor, milliseconds));
    }

    @Override
    public int getNetworkTimeout() throws SQLException {
        Integer set = remembered(Settings::networkTimeout);
        return set != null ? set : ask(Connection::getNetworkTimeout);
    }

    @Override
    public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        changeClientInfo(connection -> connection.setClientInfo(name, value));
        if (name != null) {
            settings().clientInfo(name, value);
        }
    }

    @Override
    public void setClientInfo(Properties properties) throws SQLClientInfoException {
        changeClientInfo(connection -> connection.setClientInfo(properties));
        settings().clientInfo(properties);
    }

    private void changeClientInfo(Change change) throws SQLClientInfoException {
        try {
            change(change);
        } catch (SQLClientInfoException e) {
            throw e;
        } catch (SQLException e) {
            throw new SQLClientInfoException(e.getMessage(), e.getSQLState(), Map.of(), e);
        }
    }

    @Override
    public @Nullable String getClientInfo(String name) throws SQLException {
        return ask(connection -> connection.getClientInfo(name));
    }

    @Override
    public Properties getClientInfo() throws SQLException {
        return ask(Connection::getClientInfo);
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

    /** Something that stays bound to the physical connection, which is kept for it until this one is closed. */
    private <T> T create(Question<T> creation) throws SQLException {
        return ask(connection -> {
            T created = creation.ask(connection);
            bound();
            return created;
        });
    }

    @Override
    public Clob createClob() throws SQLException {
        return create(Connection::createClob);
    }

    @Override
    public Blob createBlob() throws SQLException {
        return create(Connection::createBlob);
    }

    @Override
    public NClob createNClob() throws SQLException {
        return create(Connection::createNClob);
    }

    @Override
    public SQLXML createSQLXML() throws SQLException {
        return create(Connection::createSQLXML);
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return create(connection -> connection.createArrayOf(typeName, elements));
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return create(connection -> connection.createStruct(typeName, attributes));
    }

    /**
     * The routing decision of the last unit of work, or of the first one to come; or something of the physical connection behind it. The latter may be
     * used to write past this wrapper: unless the server holds the connection read-only, the session counts as having
     * written when it is closed.
     */
    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        checkOpen();
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        if (tellsOfChoice(iface)) {
            Lease chosen = lease == null ? current() : lease;
            Object told = iface == RoutingDecision.class ? chosen.decision() : chosen.explanation();
            return iface.cast(requireNonNull(told));
        }
        Lease used = current();
        T unwrapped = used.connection().unwrap(iface);
        used.escaped();
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        checkOpen();
        return iface.isInstance(this) || tellsOfChoice(iface) || ask(connection -> connection.isWrapperFor(iface));
    }

    /** Whether it is for this connection to answer; where none chooses, what is wrapped may have been chosen. */
    private boolean tellsOfChoice(Class<?> iface) {
        return router.choosesNodes() && (iface == RoutingDecision.class || iface == Explanation.class);
    }

    @Override
    public String toString() {
        Lease held = lease;
        return "RoutedConnection[" + (closed ? "closed" : held == null ? "no statement yet" : nameOf(held)) + "]";
    }
}
