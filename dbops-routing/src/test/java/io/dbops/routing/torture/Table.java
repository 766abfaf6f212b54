package io.dbops.routing.torture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The registers on the servers. A row for each, locked by its writers, so that versions are in the order of commits;
 * and a row for each write, in the same statement, so that at the end nothing needs to be believed.
 */
final class Table {

    static final int KEYS = 64;

    private static final String WRITE = """
            with written as (
              update torture_register set version = version + 1, previous = last, last = ? where key = ?
              returning key, version, last, previous),
            logged as (insert into torture_log select key, version, last from written)
            select version, previous, pg_is_in_recovery() from written""";

    private static final String READ =
            "select version, last, previous, pg_is_in_recovery() from torture_register where key = ?";

    private Table() {}

    /** What a statement told of a register. */
    record Value(long id, long version, long previous, boolean standby) {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table torture_register"
                    + " (key int primary key, version bigint, last bigint, previous bigint) with (fillfactor = 20)");
            statement.execute("create table torture_log (key int, version bigint, id bigint)");
            statement.execute("insert into torture_register select key, 0, 0, -1 from generate_series(0, " + (KEYS - 1)
                    + ") key");
        }
    }

    static Value write(Connection connection, int key, long id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            statement.setLong(1, id);
            statement.setInt(2, key);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Value(id, row.getLong(1), row.getLong(2), row.getBoolean(3));
            }
        }
    }

    static Value read(Connection connection, int key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setInt(1, key);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Value(row.getLong(2), row.getLong(1), row.getLong(3), row.getBoolean(4));
            }
        }
    }

    static List<Row> all(Connection connection) throws SQLException {
        var rows = new ArrayList<Row>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select key, version, id from torture_log")) {
            while (row.next()) {
                rows.add(new Row(row.getInt(1), row.getLong(2), row.getLong(3)));
            }
        }
        return rows;
    }
}
