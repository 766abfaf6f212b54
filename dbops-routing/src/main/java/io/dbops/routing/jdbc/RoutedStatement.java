package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A statement of a {@link RoutedConnection}: delegates, and lets the connection choose the node before each execution.
 */
abstract class RoutedStatement implements Statement {

    private final RoutedConnection connection;
    private Lease lease;
    /** Whether the lease counts this statement as open. */
    private boolean counted = true;
    /** Whether a batch waits to be executed, which cannot be given to another node. */
    private boolean hasBatch;

    /** Whether a text of that batch may touch the transaction. */
    private boolean batchMayTouchTransaction;

    private boolean closesOnCompletion;

    RoutedStatement(RoutedConnection connection, Lease lease) {
        this.connection = connection;
        this.lease = lease;
        lease.opened();
    }

    /** The statement on the physical connection. */
    abstract Statement delegate();

    /** A statement like this one on another physical connection. */
    abstract Statement recreatedOn(Connection physical) throws SQLException;

    /** Makes a recreated statement the delegate. */
    abstract void replaceDelegate(Statement recreated);

    final Lease lease() {
        return lease;
    }

    /** Makes its next execution run on this lease: on another node, if that is where the lease leads. */
    @SuppressWarnings("ReferenceEquality") // a lease has no value but itself
    final void runOn(Lease target) throws SQLException {
        if (lease != target) {
            moveTo(target);
        }
    }

    private void moveTo(Lease target) throws SQLException {
        Statement left = delegate();
        if (!counted || left.isClosed()) {
            throw new SQLException("the statement is closed", "55000");
        }
        if (hasBatch) {
            throw cannotMove();
        }
        Statement recreated = recreatedOn(target.connection());
        try {
            copySettings(left, recreated);
        } catch (SQLException e) {
            recreated.close();
            throw e;
        }
        Lease before = lease;
        replaceDelegate(recreated);
        target.opened();
        lease = target;
        try {
            left.close();
        } finally {
            connection.statementClosed(before);
        }
    }

    private void copySettings(Statement from, Statement to) throws SQLException {
        to.setFetchSize(from.getFetchSize());
        to.setFetchDirection(from.getFetchDirection());
        to.setMaxRows(from.getMaxRows());
        to.setMaxFieldSize(from.getMaxFieldSize());
        to.setQueryTimeout(from.getQueryTimeout());
        to.setPoolable(from.isPoolable());
        if (closesOnCompletion) {
            to.closeOnCompletion();
        }
    }

    static SQLException cannotMove() {
        return new SQLTransientException(
                "the node this statement was prepared on may not serve it any more, and what it was given cannot be"
                        + " given to another node; prepare it again",
                "26000");
    }

    /** What a statement returns, which tells whether it can have ended a transaction. */
    enum Kind {
        /** Rows. */
        QUERY,
        /** Rows if it returns {@code true}. */
        EITHER,
        /** No rows. */
        UPDATE
    }

    @FunctionalInterface
    interface Execution<T> {
        T run() throws SQLException;
    }

    final void begin() throws SQLException {
        connection.begin(this);
    }

    final void ended(String sql, boolean rows) {
        connection.ended(lease, sql, SqlText.mayTouchTransaction(sql), rows);
    }

    final <T> T execute(Kind kind, @Nullable String sql, Execution<T> execution) throws SQLException {
        begin();
        boolean touchesTransaction = SqlText.mayTouchTransaction(sql);
        try {
            return run(kind, sql, touchesTransaction, execution);
        } catch (SQLException e) {
            if (kind == Kind.UPDATE || touchesTransaction) {
                throw e;
            }
            return repeat(kind, sql, execution, e);
        }
    }

    /** Executes once more, on another node, what was cancelled by replay; in the end on the primary. */
    final <T> T repeat(Kind kind, @Nullable String sql, Execution<T> execution, SQLException first)
            throws SQLException {
        if (!connection.goesElsewhere(this, first, false)) {
            throw first;
        }
        try {
            return run(kind, sql, false, execution);
        } catch (SQLException e) {
            e.addSuppressed(first);
            if (!connection.goesElsewhere(this, e, true)) {
                throw e;
            }
        }
        return run(kind, sql, false, execution);
    }

    /** Runs something that is part of an execution that has begun: a change of an updatable row. */
    final void change(Change change) throws SQLException {
        Execution<Boolean> execution = () -> {
            change.run();
            return false;
        };
        run(Kind.UPDATE, null, false, execution);
    }

    @FunctionalInterface
    interface Change {
        void run() throws SQLException;
    }

    private <T> T run(Kind kind, @Nullable String sql, boolean touchesTransaction, Execution<T> execution)
            throws SQLException {
        boolean rows = false;
        try {
            T result = execution.run();
            rows = kind == Kind.QUERY || (kind == Kind.EITHER && Boolean.TRUE.equals(result));
            return result;
        } catch (SQLException e) {
            lease.failed(e);
            throw e;
        } finally {
            connection.ended(lease, sql, touchesTransaction, rows);
        }
    }

    private <T> T executeBatch(Execution<T> execution) throws SQLException {
        try {
            begin();
            return run(Kind.UPDATE, null, batchMayTouchTransaction, execution);
        } finally {
            hasBatch = false;
            batchMayTouchTransaction = false;
        }
    }

    final void batched() {
        hasBatch = true;
    }

    final void failed(SQLException error) {
        lease.failed(error);
    }

    final ResultSet wrap(ResultSet rows) {
        return new RoutedResultSet(this, rows);
    }

    private @Nullable ResultSet wrapNullable(@Nullable ResultSet rows) {
        return rows == null ? null : wrap(rows);
    }

    @Override
    public void close() throws SQLException {
        try {
            delegate().close();
        } finally {
            uncount();
        }
    }

    private void uncount() throws SQLException {
        if (counted) {
            counted = false;
            connection.statementClosed(lease);
        }
    }

    @Override
    public final void closeOnCompletion() throws SQLException {
        delegate().closeOnCompletion();
        closesOnCompletion = true;
    }

    /** Rows of this statement were closed, which may have closed the statement too. */
    final void rowsClosed() throws SQLException {
        if (closesOnCompletion && delegate().isClosed()) {
            uncount();
        }
    }

    @Override
    public void addBatch(String sql) throws SQLException {
        delegate().addBatch(sql);
        batched();
        if (SqlText.mayTouchTransaction(sql)) {
            batchMayTouchTransaction = true;
        }
        if (SqlText.mayEndReadOnly(sql)) {
            lease.mayWrite();
        }
    }

    @Override
    public void clearBatch() throws SQLException {
        delegate().clearBatch();
        hasBatch = false;
        batchMayTouchTransaction = false;
    }

    @Override
    public final Connection getConnection() {
        return connection;
    }

    // ---- executions ----------------------------------------------------------------------------------------------

    @Override
    public final ResultSet executeQuery(String sql) throws SQLException {
        return execute(Kind.QUERY, sql, () -> wrap(delegate().executeQuery(sql)));
    }

    @Override
    public final boolean execute(String sql) throws SQLException {
        return execute(Kind.EITHER, sql, () -> delegate().execute(sql));
    }

    @Override
    public final boolean execute(String sql, int autoGeneratedKeys) throws SQLException {
        return execute(Kind.EITHER, sql, () -> delegate().execute(sql, autoGeneratedKeys));
    }

    @Override
    public final boolean execute(String sql, int[] columnIndexes) throws SQLException {
        return execute(Kind.EITHER, sql, () -> delegate().execute(sql, columnIndexes));
    }

    @Override
    public final boolean execute(String sql, String[] columnNames) throws SQLException {
        return execute(Kind.EITHER, sql, () -> delegate().execute(sql, columnNames));
    }

    @Override
    public final int executeUpdate(String sql) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeUpdate(sql));
    }

    @Override
    public final int executeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public final int executeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeUpdate(sql, columnIndexes));
    }

    @Override
    public final int executeUpdate(String sql, String[] columnNames) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeUpdate(sql, columnNames));
    }

    @Override
    public final long executeLargeUpdate(String sql) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeLargeUpdate(sql));
    }

    @Override
    public final long executeLargeUpdate(String sql, int autoGeneratedKeys) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeLargeUpdate(sql, autoGeneratedKeys));
    }

    @Override
    public final long executeLargeUpdate(String sql, int[] columnIndexes) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeLargeUpdate(sql, columnIndexes));
    }

    @Override
    public final long executeLargeUpdate(String sql, String[] columnNames) throws SQLException {
        return execute(Kind.UPDATE, sql, () -> delegate().executeLargeUpdate(sql, columnNames));
    }

    @Override
    public final int[] executeBatch() throws SQLException {
        return executeBatch(() -> delegate().executeBatch());
    }

    @Override
    public final long[] executeLargeBatch() throws SQLException {
        return executeBatch(() -> delegate().executeLargeBatch());
    }

    // ---- results -------------------------------------------------------------------------------------------------

    @Override
    public final @Nullable ResultSet getResultSet() throws SQLException {
        return wrapNullable(delegate().getResultSet());
    }

    @Override
    public final @Nullable ResultSet getGeneratedKeys() throws SQLException {
        return wrapNullable(delegate().getGeneratedKeys());
    }

    @Override
    public final <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        T unwrapped = delegate().unwrap(iface);
        lease.escaped();
        return unwrapped;
    }

    @Override
    public final boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface.isInstance(this) || delegate().isWrapperFor(iface);
    }

    // ---- delegates -----------------------------------------------------------------------------------------------

    @Override
    public final int getMaxFieldSize() throws SQLException {
        return delegate().getMaxFieldSize();
    }

    @Override
    public final void setMaxFieldSize(int value) throws SQLException {
        delegate().setMaxFieldSize(value);
    }

    @Override
    public final int getMaxRows() throws SQLException {
        return delegate().getMaxRows();
    }

    @Override
    public final void setMaxRows(int value) throws SQLException {
        delegate().setMaxRows(value);
    }

    @Override
    public final void setEscapeProcessing(boolean value) throws SQLException {
        delegate().setEscapeProcessing(value);
    }

    @Override
    public final int getQueryTimeout() throws SQLException {
        return delegate().getQueryTimeout();
    }

    @Override
    public final void setQueryTimeout(int value) throws SQLException {
        delegate().setQueryTimeout(value);
    }

    @Override
    public final void cancel() throws SQLException {
        delegate().cancel();
    }

    @Override
    public final SQLWarning getWarnings() throws SQLException {
        return delegate().getWarnings();
    }

    @Override
    public final void clearWarnings() throws SQLException {
        delegate().clearWarnings();
    }

    @Override
    public final void setCursorName(String value) throws SQLException {
        delegate().setCursorName(value);
    }

    @Override
    public final int getUpdateCount() throws SQLException {
        return delegate().getUpdateCount();
    }

    @Override
    public final boolean getMoreResults() throws SQLException {
        return delegate().getMoreResults();
    }

    @Override
    public final void setFetchDirection(int value) throws SQLException {
        delegate().setFetchDirection(value);
    }

    @Override
    public final int getFetchDirection() throws SQLException {
        return delegate().getFetchDirection();
    }

    @Override
    public final void setFetchSize(int value) throws SQLException {
        delegate().setFetchSize(value);
    }

    @Override
    public final int getFetchSize() throws SQLException {
        return delegate().getFetchSize();
    }

    @Override
    public final int getResultSetConcurrency() throws SQLException {
        return delegate().getResultSetConcurrency();
    }

    @Override
    public final int getResultSetType() throws SQLException {
        return delegate().getResultSetType();
    }

    @Override
    public final boolean getMoreResults(int value) throws SQLException {
        return delegate().getMoreResults(value);
    }

    @Override
    public final int getResultSetHoldability() throws SQLException {
        return delegate().getResultSetHoldability();
    }

    @Override
    public final boolean isClosed() throws SQLException {
        return delegate().isClosed();
    }

    @Override
    public final void setPoolable(boolean value) throws SQLException {
        delegate().setPoolable(value);
    }

    @Override
    public final boolean isPoolable() throws SQLException {
        return delegate().isPoolable();
    }

    @Override
    public final boolean isCloseOnCompletion() throws SQLException {
        return delegate().isCloseOnCompletion();
    }

    @Override
    public final long getLargeUpdateCount() throws SQLException {
        return delegate().getLargeUpdateCount();
    }

    @Override
    public final void setLargeMaxRows(long value) throws SQLException {
        delegate().setLargeMaxRows(value);
    }

    @Override
    public final long getLargeMaxRows() throws SQLException {
        return delegate().getLargeMaxRows();
    }

    @Override
    public final String enquoteLiteral(String value) throws SQLException {
        return delegate().enquoteLiteral(value);
    }

    @Override
    public final String enquoteIdentifier(String value, boolean value1) throws SQLException {
        return delegate().enquoteIdentifier(value, value1);
    }

    @Override
    public final boolean isSimpleIdentifier(String value) throws SQLException {
        return delegate().isSimpleIdentifier(value);
    }

    @Override
    public final String enquoteNCharLiteral(String value) throws SQLException {
        return delegate().enquoteNCharLiteral(value);
    }
}
