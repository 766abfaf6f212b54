package io.dbops.retry;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What PostgreSQL 14 to 18 remembers of transactions by their number. Open to any role. */
final class PostgresStatus {

    private static final String INVALID_PARAMETER = "22023";

    /** Four columns for {@link #incarnation(ResultSet, int)}. */
    private static final String INCARNATION = PostgresCommits.SYSTEM + ", " + PostgresCommits.TIMELINE + """
            , extract(epoch from pg_postmaster_start_time())::text,
              (select coalesce(extract(epoch from stats_reset)::text, '') from pg_stat_wal)""";

    private static final String CURRENT = "select pg_current_xact_id_if_assigned()::text, " + INCARNATION + """
            , pg_backend_pid(), extract(epoch from clock_timestamp())::text""";

    private PostgresStatus() {}

    /** What the server says of a transaction number. */
    enum Status {
        IN_PROGRESS,
        COMMITTED,
        ABORTED,
        FORGOTTEN,
        NOT_ASSIGNED
    }

    /** A transaction by its number, which means something only within an incarnation of the server. */
    record Numbered(Origin origin, Incarnation incarnation) {

        String question() {
            return "select pg_xact_status('" + origin.number() + "'), to be believed only if the server has not been"
                    + " restarted, has not crashed, and is the same since";
        }
    }

    /** The transaction that is open on the connection, or {@code null} if it has written nothing. */
    static @Nullable Numbered current(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CURRENT);
                ResultSet row = statement.executeQuery()) {
            row.next();
            String number = row.getString(1);
            if (number == null) {
                return null;
            }
            Incarnation incarnation = incarnation(row, 2);
            return new Numbered(
                    new Origin(incarnation.systemId(), incarnation.timeline(), row.getInt(6), number, row.getString(7)),
                    incarnation);
        }
    }

    static Incarnation incarnation(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select " + INCARNATION)) {
            row.next();
            return incarnation(row, 1);
        }
    }

    private static Incarnation incarnation(ResultSet row, int first) throws SQLException {
        return new Incarnation(
                row.getString(first), row.getInt(first + 1), row.getString(first + 2), row.getString(first + 3));
    }

    static Status status(Connection connection, Origin origin) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select pg_xact_status(?::xid8)")) {
            statement.setString(1, origin.number());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String status = row.getString(1);
                return status == null ? Status.FORGOTTEN : status(status);
            }
        } catch (SQLException e) {
            if (INVALID_PARAMETER.equals(e.getSQLState())) {
                return Status.NOT_ASSIGNED;
            }
            throw e;
        }
    }

    private static Status status(String word) throws SQLException {
        return switch (word) {
            case "in progress" -> Status.IN_PROGRESS;
            case "committed" -> Status.COMMITTED;
            case "aborted" -> Status.ABORTED;
            default -> throw new SQLException("unknown status of a transaction: " + word, "XX000");
        };
    }
}
