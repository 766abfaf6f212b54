package io.dbops.retry;

import io.dbops.retry.Tombstone.State;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Markers on PostgreSQL 14 to 18. The role needs INSERT and SELECT on the table, and DELETE to prune.
 *
 * <p>The tombstone is one statement in autocommit mode. In a transaction of several, a lookup that loses its connection
 * in the middle would leave a server process behind that holds the key, and the next lookup would wait for it.
 */
enum PostgresMarkers implements CommitSql {
    INSTANCE;

    private static final int BATCH = 10_000;

    private static final String UNDEFINED_TABLE = "42P01";
    private static final String DUPLICATE_TABLE = "42P07";
    private static final String UNIQUE_VIOLATION = "23505";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /** Age by the clock and not by the transaction, which may have begun long before it is marked. */
    private static final String DDL = """
            create table if not exists {table} (
                id uuid primary key,
                outcome text not null check (outcome in ('committed', 'fenced')),
                created timestamptz not null default clock_timestamp()
            )""";

    private static final String MARK = filled("""
            insert into {table} (id, outcome) values (?, 'committed')
            returning {origin}, tableoid::bigint""");

    /**
     * Nothing is inserted on a server that does not continue the history of the transaction, into another table, or
     * when the marker may have been deleted. The wait is limited and the commit made local for this statement only: once
     * the key was free the transaction is rolled back, whether or not a standby ever hears of the tombstone.
     */
    private static final String BURY = filled("""
            with settings as materialized (
              select set_config('lock_timeout', ?, true) as patience, set_config('synchronous_commit', 'local', true) as here
            )
            insert into {table} (id, outcome)
            select ?, 'fenced' from settings
            where {system} = ? and {timeline} >= ? and '{table}'::regclass::oid::bigint = ?
              and extract(epoch from clock_timestamp()) - ?::numeric < ?
            on conflict (id) do nothing""");

    private static final String READ = filled("""
            select {system}, {timeline}, '{table}'::regclass::oid::bigint,
              extract(epoch from clock_timestamp()) - ?::numeric < ?,
              (select outcome from {table} where id = ?)""");

    private static final String PRUNE = """
            delete from {table} where ctid = any (array(
              select ctid from {table} where created < clock_timestamp() - ? * interval '1 second' limit ?))""";

    private static String filled(String sql) {
        return sql.replace("{origin}", PostgresCommits.ORIGIN)
                .replace("{system}", PostgresCommits.SYSTEM)
                .replace("{timeline}", PostgresCommits.TIMELINE);
    }

    private static String in(MarkerTable table, String sql) {
        return sql.replace("{table}", table.toString());
    }

    static String ddl(MarkerTable table) {
        return in(table, DDL);
    }

    /** Asks first, for creating needs privileges on the schema even if there is nothing to create. */
    @Override
    public void create(Connection connection, MarkerTable table) throws SQLException {
        if (exists(connection, table)) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(ddl(table));
        } catch (SQLException e) {
            boolean isRace = UNIQUE_VIOLATION.equals(e.getSQLState()) || DUPLICATE_TABLE.equals(e.getSQLState());
            if (!isRace || !exists(connection, table)) {
                throw e;
            }
        }
    }

    private static boolean exists(Connection connection, MarkerTable table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select to_regclass(?) is not null")) {
            statement.setString(1, table.toString());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    @Override
    public Marker mark(Connection connection, MarkerTable table, UUID id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(in(table, MARK))) {
            statement.setObject(1, id);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Marker(id, row.getLong(6), PostgresCommits.origin(row));
            }
        } catch (SQLException e) {
            throw explained(e, connection, table);
        }
    }

    private static SQLException explained(SQLException e, Connection connection, MarkerTable table)
            throws SQLException {
        String state = e.getSQLState();
        String remedy;
        if (UNDEFINED_TABLE.equals(state)) {
            remedy = "there is no table " + table + " for commit markers; call CommitMarkers.create(dataSource) once,"
                    + " or run CommitMarkers.ddl() in a migration";
        } else if (INSUFFICIENT_PRIVILEGE.equals(state)) {
            remedy = "commit markers may not be written; run, as who called CommitMarkers.create:"
                    + " GRANT INSERT, SELECT, DELETE ON " + table + " TO "
                    + connection.getMetaData().getUserName();
        } else {
            return e;
        }
        return new SQLException(remedy + " (" + e.getMessage() + ")", state, e.getErrorCode(), e);
    }

    @Override
    public Tombstone bury(Connection connection, MarkerTable table, Marker marker, Duration patience)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(in(table, BURY))) {
            Origin origin = marker.origin();
            statement.setString(1, patience.toMillis() + "ms");
            statement.setObject(2, marker.id());
            statement.setString(3, origin.systemId());
            statement.setInt(4, origin.timeline());
            statement.setLong(5, marker.table());
            statement.setString(6, origin.at());
            statement.setLong(7, CommitMarkers.OLDEST_CLAIM.toSeconds());
            if (statement.executeUpdate() == 1) {
                return new Tombstone(State.INSERTED);
            }
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return new Tombstone(State.WAITED);
            }
            throw e;
        }
        return read(connection, table, marker);
    }

    private static Tombstone read(Connection connection, MarkerTable table, Marker marker) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(in(table, READ))) {
            statement.setString(1, marker.origin().at());
            statement.setLong(2, CommitMarkers.OLDEST_CLAIM.toSeconds());
            statement.setObject(3, marker.id());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String outcome = row.getString(5);
                return outcome == null ? absent(marker, table, row) : new Tombstone(stateOf(outcome));
            }
        }
    }

    private static State stateOf(String outcome) {
        return outcome.equals("committed") ? State.COMMITTED : State.FENCED_BEFORE;
    }

    private static Tombstone absent(Marker marker, MarkerTable table, ResultSet here) throws SQLException {
        Origin origin = marker.origin();
        if (!origin.systemId().equals(here.getString(1))) {
            return new Tombstone(
                    State.MISPLACED, "the data source leads to another cluster, of system " + here.getString(1));
        }
        if (here.getInt(2) < origin.timeline()) {
            return new Tombstone(
                    State.MISPLACED,
                    "the data source leads to an old primary of timeline " + here.getInt(2)
                            + ", and the transaction ran on timeline " + origin.timeline());
        }
        if (here.getLong(3) != marker.table()) {
            return new Tombstone(State.MISPLACED, table + " is not the table that the marker was written to");
        }
        if (!here.getBoolean(4)) {
            return new Tombstone(
                    State.TOO_LATE,
                    "the marker was written more than " + CommitMarkers.OLDEST_CLAIM
                            + " ago and is not there: it may have been pruned; only the data themselves tell");
        }
        return new Tombstone(State.MISPLACED, "another lookup has just fenced it, or it has just been committed");
    }

    @Override
    public Holder release(Connection connection, Origin origin) throws SQLException {
        return PostgresCommits.release(connection, origin);
    }

    @Override
    public @Nullable String whyNotReplicated(Connection connection) throws SQLException {
        return PostgresCommits.whyNotReplicated(connection);
    }

    @Override
    public int prune(Connection connection, MarkerTable table, Duration olderThan) throws SQLException {
        int sum = 0;
        try (PreparedStatement statement = connection.prepareStatement(in(table, PRUNE))) {
            statement.setLong(1, olderThan.toSeconds());
            statement.setInt(2, BATCH);
            int deleted;
            do {
                deleted = statement.executeUpdate();
                sum += deleted;
            } while (deleted == BATCH);
        }
        return sum;
    }

    @Override
    public String question(MarkerTable table, Marker marker) {
        return "select outcome from " + table + " where id = '" + marker.id() + "' (when process "
                + marker.origin().pid() + " of the server is gone, no row means that it was rolled back)";
    }
}
