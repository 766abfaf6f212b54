package io.dbops.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A statement of a {@link NecessaryConnection}: checks when it begins, and stamps when it ends. */
final class NecessaryStatement extends BareStatement {

    private final NecessaryConnection connection;
    private final PreparedStatement prepared;
    private final String sql;
    /** Where it was prepared: rule 12. */
    private final @Nullable NecessaryStamp preparedOn;

    private boolean closed;

    NecessaryStatement(NecessaryConnection connection, PreparedStatement prepared, String sql) {
        this.connection = connection;
        this.prepared = prepared;
        this.sql = sql;
        preparedOn = connection.stamp();
        connection.opened();
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        connection.begin(preparedOn);
        try {
            // So that the rows' getStatement leads here, and not past the checks (12) and stamps (9).
            return new NecessaryRows(this, prepared.executeQuery());
        } finally {
            // 8: whether it returned or threw.
            connection.ended(mayTouchTransaction());
        }
    }

    @Override
    public boolean execute() throws SQLException {
        connection.begin(preparedOn);
        try {
            return prepared.execute();
        } finally {
            connection.ended(mayTouchTransaction());
        }
    }

    @Override
    public int executeUpdate() throws SQLException {
        connection.begin(preparedOn);
        try {
            return prepared.executeUpdate();
        } finally {
            connection.ended(mayTouchTransaction());
        }
    }

    /** 12: a transaction that is begun in SQL must not be torn apart. Nearly all texts are told by two letters. */
    private boolean mayTouchTransaction() {
        return sql.length() < 2
                || (sql.charAt(0) | 0x20) != 's'
                || (sql.charAt(1) | 0x20) != 'e'
                || sql.indexOf(';') >= 0;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        try {
            prepared.close();
        } finally {
            if (!closed) {
                closed = true;
                connection.statementClosed();
            }
        }
    }
}
