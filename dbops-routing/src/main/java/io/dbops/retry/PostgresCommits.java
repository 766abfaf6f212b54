package io.dbops.retry;

import io.dbops.tx.CommitOutcome.CommittedNotReplicated;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Running transactions, and the wait for standbys, on PostgreSQL 14 to 18.
 *
 * <p>Privileges: to see and end the server processes of other roles, {@code pg_monitor} and {@code pg_signal_backend};
 * those of its own role are open to any.
 *
 * <p>A process is ended only while it waits for its client, so that no COMMIT has reached it. One that has begun to
 * commit may wait for a synchronous standby the next moment, and ending that wait commits the transaction on this
 * server alone.
 */
final class PostgresCommits {

    /** The cluster of the server that is asked. */
    static final String SYSTEM = "(select system_identifier::text from pg_control_system())";

    /** The timeline that the server writes; an error on a standby. */
    static final String TIMELINE = "('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int";

    /** Five columns for {@link #origin}. */
    static final String ORIGIN = SYSTEM + ", " + TIMELINE + """
            , pg_backend_pid(), pg_current_xact_id()::text, extract(epoch from clock_timestamp())::text""";

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** Pid, start and transaction are compared by the statement that ends the process: a pid may belong to another by then. */
    private static final String RELEASE = """
            select
              (select gid from pg_prepared_xacts where transaction = ?::xid8::xid limit 1),
              a.pid,
              a.backend_start is null,
              a.backend_xid = ?::xid8::xid and extract(epoch from a.backend_start) <= ?::numeric,
              a.wait_event,
              case when a.backend_xid = ?::xid8::xid and extract(epoch from a.backend_start) <= ?::numeric
                and a.wait_event = 'ClientRead' then pg_terminate_backend(a.pid) end
            from (values (1)) as one left join pg_stat_get_activity(?) as a on true""";

    /** A commit waits for standbys only if the transaction has written something, if only into the log. */
    private static final String REPLICATE = """
            select case when current_setting('synchronous_standby_names') <> ''
                and current_setting('synchronous_commit') not in ('off', 'local')
              then pg_logical_emit_message(true, 'dbops', '') end""";

    /** A warning as such, and the one of a process that is told to end. */
    private static final Set<String> WARNINGS = Set.of("01000", "57P01");

    private PostgresCommits() {}

    static void requirePostgres(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (!product.equals("PostgreSQL")) {
            throw new SQLException("product (" + product + "): commits can be proved on PostgreSQL only", "0A000");
        }
    }

    static Origin origin(ResultSet row) throws SQLException {
        return new Origin(row.getString(1), row.getInt(2), row.getInt(3), row.getString(4), row.getString(5));
    }

    /** Ends the process of a transaction whose COMMIT has not arrived, and says who keeps it open. */
    static Holder release(Connection connection, Origin origin) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RELEASE)) {
            statement.setString(1, origin.number());
            statement.setString(2, origin.number());
            statement.setString(3, origin.at());
            statement.setString(4, origin.number());
            statement.setString(5, origin.at());
            statement.setInt(6, origin.pid());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return holder(origin, row);
            }
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                return new Holder(
                        false,
                        process(origin) + " still waits for COMMIT and may not be ended by this role; run: GRANT"
                                + " pg_signal_backend TO "
                                + connection.getMetaData().getUserName());
            }
            throw e;
        }
    }

    private static Holder holder(Origin origin, ResultSet row) throws SQLException {
        String gid = row.getString(1);
        if (gid != null) {
            return new Holder(
                    true,
                    "it is prepared as \"" + gid + "\", to be decided by who prepared it:"
                            + " COMMIT PREPARED or ROLLBACK PREPARED");
        }
        boolean isThere = row.getObject(2) != null;
        if (isThere && row.getBoolean(3)) {
            return new Holder(
                    false,
                    process(origin) + " may still run it, and is hidden from this role; run: GRANT pg_monitor TO "
                            + row.getStatement().getConnection().getMetaData().getUserName());
        }
        if (!isThere || !row.getBoolean(4)) {
            return new Holder(false, "no process of the server runs it any more");
        }
        if (row.getObject(6) != null) {
            return new Holder(false, process(origin) + " still waited for COMMIT and was told to end");
        }
        return new Holder(false, process(origin) + " has begun to commit and was left alone; it " + doing(row));
    }

    private static String doing(ResultSet row) throws SQLException {
        String event = row.getString(5);
        if (event == null) {
            return "is busy";
        }
        return event.equals("SyncRep") ? "waits for a synchronous standby (SyncRep)" : "waits for " + event;
    }

    private static String process(Origin origin) {
        return "process " + origin.pid() + " of the server";
    }

    /** Commits nothing, but waits as each commit does. */
    static @Nullable String whyNotReplicated(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(REPLICATE);
            CommittedNotReplicated told = ofWarning(statement.getWarnings());
            if (told == null) {
                told = ofWarning(connection.getWarnings());
            }
            return told == null ? null : told.why();
        }
    }

    /**
     * What a warning at a commit says: that the wait for a synchronous standby was ended, by an administrator or by a
     * time limit. Recognised by its text, in English: its SQLState is that of every warning.
     *
     * @param warning the first of a chain, or {@code null} for none
     * @return {@code null} if it says nothing of the sort
     */
    static @Nullable CommittedNotReplicated ofWarning(@Nullable SQLWarning warning) {
        for (SQLWarning w = warning; w != null; w = w.getNextWarning()) {
            String message = w.getMessage();
            if (WARNINGS.contains(String.valueOf(w.getSQLState()))
                    && message != null
                    && message.contains("wait for synchronous replication")) {
                return new CommittedNotReplicated(message);
            }
        }
        return null;
    }
}
