package io.dbops.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import org.jspecify.annotations.Nullable;

/** A statement on a {@link StubConnection}. Prepared, it gives the row that benchmarks read. */
final class StubStatement extends BareStatement {

    private final StubConnection connection;
    private final String sql;
    private boolean closed;

    StubStatement(StubConnection connection, String sql) {
        this.connection = connection;
        this.sql = sql;
    }

    @Override
    public ResultSet executeQuery() {
        return new StubRow(this, sql.length());
    }

    @Override
    public boolean execute() {
        return false;
    }

    @Override
    public int executeUpdate() {
        return 1;
    }

    @Override
    public int executeUpdate(String ignored) {
        return 1;
    }

    @Override
    public ResultSet executeQuery(String question) throws SQLException {
        return connection.answer(question);
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public @Nullable SQLWarning getWarnings() {
        return null;
    }

    @Override
    public void clearWarnings() {
        // There are none.
    }

    // ---- what is copied when a statement changes nodes

    @Override
    public int getFetchSize() {
        return 0;
    }

    @Override
    public void setFetchSize(int rows) {
        // There is one row.
    }

    @Override
    public int getFetchDirection() {
        return ResultSet.FETCH_FORWARD;
    }

    @Override
    public void setFetchDirection(int direction) {
        // There is one row.
    }

    @Override
    public int getMaxRows() {
        return 0;
    }

    @Override
    public void setMaxRows(int rows) {
        // There is one row.
    }

    @Override
    public int getMaxFieldSize() {
        return 0;
    }

    @Override
    public void setMaxFieldSize(int bytes) {
        // There is one number.
    }

    @Override
    public int getQueryTimeout() {
        return 0;
    }

    @Override
    public void setQueryTimeout(int seconds) {
        // An answer takes no time.
    }

    @Override
    public boolean isPoolable() {
        return true;
    }

    @Override
    public void setPoolable(boolean poolable) {
        // All are alike.
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
    }
}
