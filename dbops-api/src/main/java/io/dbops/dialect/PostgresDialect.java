package io.dbops.dialect;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL 14 to 18 with physical streaming replication, through pgJDBC.
 *
 * <p>Privileges: the role needs {@code pg_monitor}, for the timeline that a replica receives is shown to nobody else
 * ({@code GRANT pg_monitor TO role}); without it a replica is {@link Observation.Unplaced}. Everything else is open to
 * any role.
 *
 * <p>The position of a primary is its <em>insert</em> position. Its write and flush positions lie before commits that
 * were acknowledged with {@code synchronous_commit = off}.
 */
public final class PostgresDialect implements Dialect {

    static final PostgresDialect INSTANCE = new PostgresDialect();

    private static final String ACTIVE_TRANSACTION = "25001";

    private static final String SERVER = """
            (select system_identifier from pg_control_system()),
            extract(epoch from pg_postmaster_start_time())::text,
            coalesce(host(inet_server_addr()), ''),
            coalesce(inet_server_port(), 0)""";

    private static final String IDENTIFY = "select " + SERVER + """
            ,
            pg_backend_pid(),
            (select extract(epoch from backend_start)::text from pg_stat_get_activity(pg_backend_pid()))""";

    private static final String GONE = """
            select not exists (
              select from pg_stat_get_activity(?)
              where coalesce(extract(epoch from backend_start)::text, ?) = ?)""";

    private static final String OBSERVE = "select " + SERVER + """
            ,
            pg_is_in_recovery(),
            case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_insert_lsn() end - '0/0',
            case when not pg_is_in_recovery()
              then ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int end,
            (select timeline_id from pg_control_checkpoint()),
            r.pid,
            r.received_tli,
            current_setting('wal_block_size')::int,
            pg_size_bytes(current_setting('wal_segment_size')),
            case when not pg_is_in_recovery() then pg_current_wal_flush_lsn() - '0/0' end
            from (values (1)) as one left join pg_stat_wal_receiver as r on true""";

    /** A transaction on a server in recovery is read-only whatever the connection says, and so tells nothing. */
    private static final String REFUSES_WRITES = """
            select current_setting('default_transaction_read_only')::boolean
              or (current_setting('transaction_read_only')::boolean and not pg_is_in_recovery())""";

    /** A message to nobody: of a transaction that wrote nothing the commit would not be waited for. */
    private static final String COMMIT_SOMETHING =
            "select set_config('synchronous_commit', 'local', true), pg_logical_emit_message(true, 'dbops', '')";

    private static final String STANDBYS = """
            select distinct coalesce(application_name, ''), host(client_addr)
            from pg_stat_replication
            where state in ('catchup', 'streaming') and client_addr is not null""";

    private PostgresDialect() {}

    @Override
    public Properties watchProperties(String applicationName, Duration timeout) {
        String seconds = Long.toString(Math.max(1, (timeout.toMillis() + 999) / 1000));
        var properties = new Properties();
        properties.setProperty("ApplicationName", applicationName);
        properties.setProperty("assumeMinServerVersion", "14");
        properties.setProperty("connectTimeout", seconds);
        properties.setProperty("socketTimeout", seconds);
        properties.setProperty("tcpKeepAlive", "true");
        return properties;
    }

    @Override
    public Properties readOnlyProperties() {
        var properties = new Properties();
        properties.setProperty("readOnlyMode", "always");
        return properties;
    }

    @Override
    public boolean refusesWrites(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(REFUSES_WRITES)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>pgJDBC knows the state from the last answer of the server, tells it through nothing that JDBC has, but refuses
     * to change the read-only mode inside a transaction.
     */
    @Override
    public boolean isInTransaction(Connection connection) {
        try {
            connection.setReadOnly(connection.isReadOnly());
            return false;
        } catch (SQLException e) {
            return ACTIVE_TRANSACTION.equals(e.getSQLState());
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>By a statement, which the server refuses in such a transaction. Its COMMIT would be answered with a rollback, of
     * which pgJDBC says nothing.
     */
    @Override
    public boolean isAborted(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select");
            return false;
        } catch (SQLException e) {
            ErrorClass errorClass = classify(e);
            return errorClass == ErrorClass.TRANSACTION_ABORTED || errorClass == ErrorClass.CONNECTION_LOST;
        }
    }

    @Override
    public Backend identify(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(IDENTIFY)) {
            row.next();
            return new Backend(server(row), row.getLong(5), row.getString(6));
        }
    }

    @Override
    public boolean isGone(Connection connection, Backend backend) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(GONE)) {
            statement.setInt(1, Math.toIntExact(backend.pid()));
            statement.setString(2, backend.startedAt());
            statement.setString(3, backend.startedAt());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    @Override
    public Observation observe(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OBSERVE)) {
            row.next();
            return row.getBoolean(5) ? replica(row) : primary(row);
        }
    }

    private static Observation primary(ResultSet row) throws SQLException {
        WalPosition position = WalPosition.ofInsert(
                row.getLong(1), row.getInt(7), row.getBigDecimal(6).longValue(), row.getInt(11), row.getLong(12));
        boolean isWrittenOut = position.lsn() <= row.getBigDecimal(13).longValue();
        return new Observation.Primary(server(row), position, isWrittenOut);
    }

    private static Observation replica(ResultSet row) throws SQLException {
        ServerIdentity server = server(row);
        if (row.getBigDecimal(6) == null) {
            return new Observation.Unplaced(server, Role.REPLICA, "it has not replayed anything yet");
        }
        int timeline = row.getInt(8);
        if (row.getObject(9) != null) {
            int received = row.getInt(10);
            if (row.wasNull()) {
                return new Observation.Unplaced(
                        server,
                        Role.REPLICA,
                        "its timeline is hidden from this role; run on the primary: GRANT pg_monitor TO "
                                + connectionRole(row));
            }
            timeline = received;
        }
        long lsn = row.getBigDecimal(6).longValue();
        return new Observation.Replica(server, new WalPosition(row.getLong(1), timeline, lsn));
    }

    private static String connectionRole(ResultSet row) throws SQLException {
        return row.getStatement().getConnection().getMetaData().getUserName();
    }

    private static ServerIdentity server(ResultSet row) throws SQLException {
        return new ServerIdentity(row.getString(1), row.getString(2), row.getString(3), row.getInt(4));
    }

    /**
     * {@inheritDoc}
     *
     * <p>PostgreSQL writes its log out when something is committed, and else page by page. What a read leaves in the log
     * (the image of a page whose hint bits it set, what it pruned) fills no page and is no commit: on a quiet server it
     * stays in memory until the background writer logs its next snapshot, 15 s later or more.
     */
    @Override
    public void writeOutLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(COMMIT_SOMETHING);
        }
    }

    @Override
    public List<Standby> standbys(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STANDBYS)) {
            var standbys = new ArrayList<Standby>();
            while (row.next()) {
                standbys.add(new Standby(row.getString(1), row.getString(2)));
            }
            return standbys;
        }
    }

    @Override
    public ConnectionLimits limits(Connection connection) throws SQLException {
        return PostgresLimits.of(connection);
    }

    @Override
    public @Nullable Deadlock deadlock(SQLException error) {
        return PostgresDeadlocks.of(error);
    }

    @Override
    public OptionalLong pid(Connection connection) {
        return PostgresPeers.pid(connection);
    }

    @Override
    public boolean listen(Connection connection, String channel) throws SQLException {
        return PostgresPeers.listen(connection, channel);
    }

    @Override
    public List<String> heard(Connection connection, String channel) throws SQLException {
        return PostgresPeers.heard(connection, channel);
    }

    @Override
    public void tell(Connection connection, String channel, String message) throws SQLException {
        PostgresPeers.tell(connection, channel, message);
    }

    @Override
    public long micros(Connection connection) throws SQLException {
        return PostgresPeers.micros(connection);
    }

    @Override
    public List<Activity> activities(Connection connection, Collection<Long> pids, long micros) throws SQLException {
        return PostgresPeers.activities(connection, pids, micros);
    }

    @Override
    public ErrorTable errors() {
        return PostgresErrors.INSTANCE;
    }
}
