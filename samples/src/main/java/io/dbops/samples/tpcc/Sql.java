package io.dbops.samples.tpcc;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Statements with their arguments, short to write. The SQL of this sample is what all products understand. */
final class Sql {

    private Sql() {}

    /** Takes what it wants from one row. */
    @FunctionalInterface
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    static int update(Connection connection, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    /** Changes the one row that there is. */
    static void updateOne(Connection connection, String sql, Object... arguments) throws SQLException {
        int rows = update(connection, sql, arguments);
        if (rows != 1) {
            throw new IllegalStateException(rows + " rows instead of one: " + sql);
        }
    }

    static <T> List<T> list(Connection connection, Row<T> row, String sql, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            var list = new ArrayList<T>();
            while (rows.next()) {
                list.add(row.read(rows));
            }
            return list;
        }
    }

    /** Reads the one row that there is. */
    static <T> T one(Connection connection, Row<T> row, String sql, Object... arguments) throws SQLException {
        List<T> list = list(connection, row, sql, arguments);
        if (list.size() != 1) {
            throw new IllegalStateException(list.size() + " rows instead of one: " + sql);
        }
        return list.get(0);
    }

    /** The number in the one row that there is, 0 if that is null. */
    static int number(Connection connection, String sql, Object... arguments) throws SQLException {
        return one(connection, row -> row.getInt(1), sql, arguments);
    }

    /** The amount in the one row that there is. */
    static BigDecimal amount(Connection connection, String sql, Object... arguments) throws SQLException {
        return one(connection, row -> row.getBigDecimal(1), sql, arguments);
    }

    private static PreparedStatement prepare(Connection connection, String sql, Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        try {
            set(statement, arguments);
            return statement;
        } catch (SQLException | RuntimeException e) {
            try (statement) {
                throw e;
            }
        }
    }

    static void set(PreparedStatement statement, Object... arguments) throws SQLException {
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
    }
}
