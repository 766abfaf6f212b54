package io.dbops.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** The table with which these tests see what arrived where. */
final class Rows {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private Rows() {}

    static void create(EmbeddedNode node) throws SQLException {
        execute(node, "CREATE TABLE IF NOT EXISTS rows (id bigint GENERATED ALWAYS AS IDENTITY, name text)");
    }

    static void insert(EmbeddedNode node, String name) throws SQLException {
        execute(node, "INSERT INTO rows (name) VALUES ('" + name + "')");
    }

    static void execute(EmbeddedNode node, String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int count(EmbeddedNode node, String name) throws SQLException {
        try (Connection connection = node.connect()) {
            return count(connection, name);
        }
    }

    static int count(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM rows WHERE name = '" + name + "'")) {
            row.next();
            return row.getInt(1);
        }
    }
}
