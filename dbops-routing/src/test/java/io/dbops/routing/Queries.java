package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.RoutingDecision;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/** Short forms of what every test does. */
final class Queries {

    private Queries() {}

    static void execute(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** What a read-only unit in autocommit mode sees, and who served it. */
    record Answer(int value, RoutingDecision decision) {
        String node() {
            return decision.node();
        }
    }

    static Answer read(DataSource dataSource, String sql) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            int value = number(connection, sql);
            return new Answer(value, connection.unwrap(RoutingDecision.class));
        }
    }

    static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    static int number(PreparedStatement prepared) throws SQLException {
        try (ResultSet row = prepared.executeQuery()) {
            assertThat(row.next()).isTrue();
            return row.getInt(1);
        }
    }

    /** How many rows a server shows, without a router. */
    static int countOn(EmbeddedNode node) throws SQLException {
        try (Connection connection = node.connect()) {
            return number(connection, RoutedPair.COUNT);
        }
    }

    /** Whether a row could be written: it is refused, or a connection of the time before a failover is used. */
    static boolean isWritten(DataSource dataSource) {
        try {
            execute(dataSource, RoutedPair.INSERT);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** Returns when the condition holds; fails after a generous time. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
