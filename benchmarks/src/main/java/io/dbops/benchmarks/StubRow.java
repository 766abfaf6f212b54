package io.dbops.benchmarks;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** One row of values: what the monitor's questions return. */
final class StubRow extends BareResultSet {

    private final StubConnection connection;
    private final @Nullable Object[] values;
    private boolean read;
    private boolean wasNull;

    StubRow(StubConnection connection, @Nullable Object... values) {
        this.connection = connection;
        this.values = values;
    }

    private @Nullable Object value(int index) {
        Object value = values[index - 1];
        wasNull = value == null;
        return value;
    }

    @Override
    public boolean next() {
        boolean has = !read;
        read = true;
        return has;
    }

    @Override
    public boolean wasNull() {
        return wasNull;
    }

    @Override
    public @Nullable Object getObject(int index) {
        return value(index);
    }

    /** A new string each time, as drivers make them: equal strings are compared to the end. */
    @Override
    @SuppressWarnings("StringOperationCanBeSimplified")
    public @Nullable String getString(int index) {
        Object value = value(index);
        return value == null ? null : new String(value.toString().toCharArray());
    }

    @Override
    public boolean getBoolean(int index) {
        return Boolean.TRUE.equals(value(index));
    }

    @Override
    public int getInt(int index) {
        return Math.toIntExact(getLong(index));
    }

    @Override
    public long getLong(int index) {
        Object value = value(index);
        return value == null ? 0 : Long.parseLong(value.toString());
    }

    @Override
    public @Nullable BigDecimal getBigDecimal(int index) {
        Object value = value(index);
        return value == null ? null : new BigDecimal(value.toString());
    }

    @Override
    public Statement getStatement() throws SQLException {
        return connection.createStatement();
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
