package io.dbops.benchmarks;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Rows of a {@link NecessaryStatement}, which lead back to it. */
final class NecessaryRows extends BareResultSet {

    private final NecessaryStatement statement;
    private final ResultSet rows;

    NecessaryRows(NecessaryStatement statement, ResultSet rows) {
        this.statement = statement;
        this.rows = rows;
    }

    @Override
    public boolean next() throws SQLException {
        return rows.next();
    }

    @Override
    public int getInt(int column) throws SQLException {
        return rows.getInt(column);
    }

    @Override
    public Statement getStatement() {
        return statement;
    }

    @Override
    public void close() throws SQLException {
        rows.close();
    }
}
