package io.dbops.test;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The superuser's session on one PostgreSQL server, and all SQL of this module.
 *
 * <p>Tested with PostgreSQL 14 to 18. It never goes through a fault proxy, and gives up on a server that does not
 * answer.
 */
final class PostgresControl implements AutoCloseable {
    static final String SUPERUSER = "postgres";
    static final String SUPERUSER_PASSWORD = "postgres";
    static final String REPLICATOR = "replicator";
    static final String REPLICATOR_PASSWORD = "replicator";

    /** The name of the application's role and database, and the role's password. */
    static final String APPLICATION = "app";

    private static final int CONNECT_SECONDS = 10;
    private static final int PROMOTION_SECONDS = 60;

    private static final int SHORT_PAGE_HEADER = 24;
    private static final int LONG_PAGE_HEADER = 40;

    private final Connection connection;
    private final int serverMajor;

    private PostgresControl(Connection connection) throws SQLException {
        this.connection = connection;
        this.serverMajor = connection.getMetaData().getDatabaseMajorVersion();
    }

    /** Connects to the maintenance database. */
    static PostgresControl connect(int port) throws SQLException {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"127.0.0.1"});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName("postgres");
        dataSource.setUser(SUPERUSER);
        dataSource.setPassword(SUPERUSER_PASSWORD);
        dataSource.setApplicationName("dbops-test");
        dataSource.setConnectTimeout(CONNECT_SECONDS);
        dataSource.setLoginTimeout(CONNECT_SECONDS);
        dataSource.setSocketTimeout(PROMOTION_SECONDS + CONNECT_SECONDS);
        return new PostgresControl(dataSource.getConnection());
    }

    /** Creates the roles and the database that every cluster has. */
    void createRoles() throws SQLException {
        execute("CREATE ROLE " + REPLICATOR + " LOGIN REPLICATION PASSWORD '" + REPLICATOR_PASSWORD + "'");
        execute("CREATE ROLE " + APPLICATION + " LOGIN PASSWORD '" + APPLICATION + "' IN ROLE pg_monitor");
        execute("CREATE DATABASE " + APPLICATION + " OWNER " + APPLICATION);
    }

    /** Returns the version, such as {@code 18.6}. */
    String version() throws SQLException {
        return query("SELECT split_part(current_setting('server_version'), ' ', 1)");
    }

    /** Returns the name of the slot from which a standby streams. */
    static String slotOf(String node) {
        return node.replace('-', '_');
    }

    /** Makes the server keep what the standby has not received yet, from now on. */
    void ensureSlot(String node) throws SQLException {
        query(
                "SELECT count(pg_create_physical_replication_slot(name, true)) FROM (VALUES (?)) AS wanted (name)"
                        + " WHERE name NOT IN (SELECT slot_name FROM pg_replication_slots)",
                slotOf(node));
    }

    /** Returns whether the slot of a standby is gone; an unused one is dropped. */
    boolean dropSlot(String node) throws SQLException {
        query(
                "SELECT count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots"
                        + " WHERE slot_name = ? AND NOT active",
                slotOf(node));
        return query("SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?", slotOf(node))
                .equals("0");
    }

    /** Whether the standby of this name receives WAL from this server as it is written. */
    boolean isStreamingTo(String node) throws SQLException {
        String sql = "SELECT count(*) FROM pg_stat_replication WHERE application_name = ? AND state = 'streaming'";
        return !query(sql, node).equals("0");
    }

    /** Starts a base backup of which this session is the owner. */
    void startBackup() throws SQLException {
        query(
                serverMajor >= 15
                        ? "SELECT pg_backup_start('embedded cluster', true)"
                        : "SELECT pg_start_backup('embedded cluster', true, false)");
    }

    /** Ends the base backup and returns what its {@code backup_label} must contain. */
    String stopBackup() throws SQLException {
        return query(
                serverMajor >= 15
                        ? "SELECT labelfile FROM pg_backup_stop(false)"
                        : "SELECT labelfile FROM pg_stop_backup(false, false)");
    }

    void requestReplayPause() throws SQLException {
        query("SELECT pg_wal_replay_pause()");
    }

    boolean isReplayPaused() throws SQLException {
        return query("SELECT pg_get_wal_replay_pause_state()").equals("paused");
    }

    void resumeReplay() throws SQLException {
        query("SELECT pg_wal_replay_resume()");
    }

    /** Delays the replay of commits, or lifts the delay when it is zero. Takes effect within moments. */
    void delayReplay(Duration delay) throws SQLException {
        execute(
                delay.isZero()
                        ? "ALTER SYSTEM RESET recovery_min_apply_delay"
                        : "ALTER SYSTEM SET recovery_min_apply_delay = '" + delay.toMillis() + "ms'");
        reload();
    }

    /** Returns the delay that this session has seen in the reloaded configuration. */
    Duration replayDelay() throws SQLException {
        return Duration.ofMillis(
                Long.parseLong(query("SELECT setting FROM pg_settings WHERE name = 'recovery_min_apply_delay'")));
    }

    void reload() throws SQLException {
        query("SELECT pg_reload_conf()");
    }

    /** Promotes a standby and returns whether it became a primary in time. */
    boolean promote() throws SQLException {
        return query("SELECT pg_promote(true, " + PROMOTION_SECONDS + ")").equals("t");
    }

    void switchWal() throws SQLException {
        query("SELECT pg_switch_wal()");
    }

    /**
     * Returns the position behind everything written so far, which standbys will reach.
     *
     * <p>The insert position may lie behind the header of a page that has no record yet, where no standby can get: then
     * the end of the last record is the start of that page, or of its segment (whose first page has the longer header).
     * What is inserted is sent only once it is flushed, and changes that no commit waited for may stay unflushed on an
     * idle server, so a small commit flushes them.
     */
    long endOfWal() throws SQLException {
        long inserted = Long.parseLong(query("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"));
        long end = withoutPageHeader(
                inserted,
                Long.parseLong(query("SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'")),
                Long.parseLong(query("SELECT setting FROM pg_settings WHERE name = 'wal_block_size'")));
        if (Long.parseLong(query("SELECT pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0')")) < end) {
            execute("SET synchronous_commit = local");
            query("SELECT pg_logical_emit_message(true, 'dbops-test', 'flush')");
        }
        return end;
    }

    static long withoutPageHeader(long position, long segmentSize, long pageSize) {
        if (position % segmentSize == LONG_PAGE_HEADER) {
            return position - LONG_PAGE_HEADER;
        }
        return position % pageSize == SHORT_PAGE_HEADER ? position - SHORT_PAGE_HEADER : position;
    }

    /** Returns how far a standby has replayed. */
    long replayed() throws SQLException {
        return Long.parseLong(query("SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')"));
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String query(String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String value = row.getString(1);
                return value == null ? "" : value;
            }
        }
    }

    /** Throws nothing: the session may have died with its server. */
    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException alreadyGone) {
            // as asked
        }
    }
}
