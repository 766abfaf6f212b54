package io.dbops.benchmarks;

import java.sql.Statement;

/** One row with one number: what the measured query returns. */
final class StubNumber extends BareResultSet {

    private final StubStatement statement;
    private final int value;
    private boolean read;
    private boolean closed;

    StubNumber(StubStatement statement, int value) {
        this.statement = statement;
        this.value = value;
    }

    @Override
    public boolean next() {
        boolean has = !read;
        read = true;
        return has;
    }

    @Override
    public int getInt(int index) {
        return value;
    }

    @Override
    public boolean wasNull() {
        return false;
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
