package io.dbops.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A statement of a {@link FloorConnection}: checks when it begins. */
final class FloorStatement extends BareStatement {

    private final FloorConnection connection;
    private final PreparedStatement prepared;

    FloorStatement(FloorConnection connection, PreparedStatement prepared) {
        this.connection = connection;
        this.prepared = prepared;
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        connection.begin();
        return prepared.executeQuery();
    }

    @Override
    public boolean execute() throws SQLException {
        connection.begin();
        boolean rows = prepared.execute();
        connection.ended();
        return rows;
    }

    @Override
    public int executeUpdate() throws SQLException {
        connection.begin();
        int count = prepared.executeUpdate();
        connection.ended();
        return count;
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public void close() throws SQLException {
        prepared.close();
    }
}
