package io.dbops.dialect;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * What PostgreSQL 14 to 18 shows of other server processes, and what can be said to them: {@code LISTEN} and {@code
 * NOTIFY}. Open to any role; of other roles' processes only {@code pg_monitor} sees more than the number.
 *
 * <p>The one class that needs pgJDBC's own types; it is optional, so nobody else may be linked to them.
 */
final class PostgresPeers {

    private static final String CLOCK = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";

    /** A statement of another transaction than the one that was there at an instant tells nothing of it. */
    private static final String ACTIVITIES = """
            select pid, coalesce(application_name, ''), host(client_addr),
              case when xact_start <= to_timestamp(? / 1000000.0) then left(query, 500) end,
              backend_type is null
            from pg_stat_activity
            where pid = any (?) and coalesce(backend_start <= to_timestamp(? / 1000000.0), true)""";

    /**
     * A notification is a commit, which waits for no replica here, and takes turns with all others of the cluster, which
     * is not waited for long.
     */
    private static final String NOTIFY = """
            select set_config('synchronous_commit', 'local', true), set_config('lock_timeout', '200ms', true),
              pg_notify(?, ?)""";

    private PostgresPeers() {}

    static OptionalLong pid(Connection connection) {
        try {
            return connection.isWrapperFor(PGConnection.class)
                    ? OptionalLong.of(connection.unwrap(PGConnection.class).getBackendPID())
                    : OptionalLong.empty();
        } catch (SQLException | LinkageError e) {
            // Without the driver's types it is another driver.
            return OptionalLong.empty();
        }
    }

    /** Begins to listen, if the driver lets it be heard. */
    static boolean listen(Connection connection, String channel) throws SQLException {
        try {
            if (!connection.isWrapperFor(PGConnection.class)) {
                return false;
            }
        } catch (LinkageError e) {
            return false;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen " + channel);
            return true;
        }
    }

    static List<String> heard(Connection connection, String channel) throws SQLException {
        @Nullable PGNotification[] all = connection.unwrap(PGConnection.class).getNotifications();
        return all == null
                ? List.of()
                : Arrays.stream(all)
                        .filter(Objects::nonNull)
                        .filter(each -> channel.equals(each.getName()))
                        .map(PGNotification::getParameter)
                        .toList();
    }

    static void tell(Connection connection, String channel, String message) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NOTIFY)) {
            statement.setString(1, channel);
            statement.setString(2, message);
            statement.execute();
        }
    }

    static long micros(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CLOCK)) {
            row.next();
            return row.getLong(1);
        }
    }

    static List<Activity> activities(Connection connection, Collection<Long> pids, long micros) throws SQLException {
        Array numbers = connection.createArrayOf("int4", pids.toArray());
        try (PreparedStatement statement = connection.prepareStatement(ACTIVITIES)) {
            statement.setLong(1, micros);
            statement.setArray(2, numbers);
            statement.setLong(3, micros);
            var activities = new ArrayList<Activity>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    activities.add(new Activity(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getString(4),
                            rows.getBoolean(5)));
                }
            }
            return activities;
        } finally {
            numbers.free();
        }
    }
}
