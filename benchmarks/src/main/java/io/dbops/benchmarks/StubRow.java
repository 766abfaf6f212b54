package io.dbops.benchmarks;

import java.math.BigDecimal;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * One row: of one number, as the measured query returns it, or of values, as the monitor's questions do. One class for
 * both, as a driver has one, and without a call that may throw where numbers are read: beside a second class, or such a
 * call, the JIT keeps objects of a router's that it spares a plain pool, which is asked nothing by a monitor.
 */
final class StubRow extends BareResultSet {

    private final Statement statement;
    private final int number;
    private final @Nullable Object @Nullable [] values;
    private boolean read;
    private boolean wasNull;
    private boolean closed;

    StubRow(Statement statement, int number) {
        this.statement = statement;
        this.number = number;
        values = null;
    }

    StubRow(StubConnection connection, @Nullable Object... values) {
        statement = connection.createStatement();
        number = 0;
        this.values = values;
    }

    private @Nullable Object value(int index) {
        Object value = values == null ? Integer.valueOf(number) : values[index - 1];
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
        if (values == null) {
            return number;
        }
        Object value = values[index - 1];
        wasNull = value == null;
        return value instanceof Integer whole ? whole : 0;
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
    public Statement getStatement() {
        return statement;
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
