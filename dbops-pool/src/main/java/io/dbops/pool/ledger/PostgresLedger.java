package io.dbops.pool.ledger;

import io.dbops.DbOpsException;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Properties;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The ledger of PostgreSQL 14 to 18: session-level advisory locks of two integers, of which the first names the ledger
 * and the kind of the lock, and the second what is locked. They are local to one server and one database, are released
 * by the server when the session's process ends, and work on a standby.
 *
 * <p>Privileges: none beyond connecting. {@code pg_locks} shows all locks to everybody; a session may end another one of
 * its own role.
 */
public final class PostgresLedger implements Ledger {

    static final int SEAT = 1;
    static final int RIGHT = 2;
    static final int SHARED = 3;
    static final int FLOOR = 4;

    /** How long the server takes to find that a client is gone without a word: 5 s + 3 × 2 s. */
    private static final String FIND_DEAD_CLIENTS = "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2"
            + " -c tcp_keepalives_count=3 -c tcp_user_timeout=12000 -c idle_session_timeout=0";

    /** What a server on a platform without this refuses. */
    private static final String WATCH_CLIENTS = " -c client_connection_check_interval=1000";

    private static final String INVALID_VALUE = "22023";

    private static final String GUARD_SECONDS = "3";

    /** A server that accepts a connection and says nothing more must not keep the gate from the next attempt. */
    private static final int ANSWER_MILLIS = 10_000;

    private static final String OCCUPY = """
            select slot, pg_backend_pid() from unnest(?::int[]) as slot where pg_try_advisory_lock(?, slot) limit 1""";

    private static final String FACTS = """
            select pg_backend_pid(),
              (select extract(epoch from backend_start)::text from pg_stat_get_activity(pg_backend_pid())),
              current_setting('max_locks_per_transaction')::bigint * current_setting('max_connections')::bigint""";

    /** The part of the server's table of locks that a ledger may fill. Others need it to log in. */
    private static final int PART_OF_LOCK_TABLE = 10;

    private final Connector connector;
    private final String name;
    private final String application;
    private final int classes;
    private volatile boolean clientsAreWatched = true;

    /**
     * A ledger.
     *
     * @param name whoever uses this name on this database shares it
     * @param application how its connections show on the server
     * @param connector opens connections to the server
     */
    public PostgresLedger(String name, String application, Connector connector) {
        this.name = name;
        this.application = application;
        this.connector = connector;
        classes = classesOf(name);
    }

    /** The first of 16 numbers, positive, by which the locks of a ledger are known. */
    private static int classesOf(String name) {
        var hash = new CRC32();
        hash.update(("dbops " + name).getBytes(StandardCharsets.UTF_8));
        return (int) hash.getValue() & 0x7FFF_FFF0;
    }

    /**
     * What the driver of a pooled connection is told: how it shows on the server, and to notice when its client is gone.
     *
     * @return new properties
     */
    public Properties pooledProperties() {
        var properties = new Properties();
        properties.setProperty("ApplicationName", application);
        properties.setProperty("options", FIND_DEAD_CLIENTS + (clientsAreWatched ? WATCH_CLIENTS : ""));
        properties.setProperty("tcpKeepAlive", "true");
        // The name is sent with the first message, and not as a statement of its own.
        properties.setProperty("assumeMinServerVersion", "14");
        return properties;
    }

    /**
     * Opens a connection of the pool.
     *
     * @param properties what the driver is told besides
     * @return the driver's connection, which occupies no slot yet
     * @throws SQLException if there is none
     */
    public Connection connect(Properties properties) throws SQLException {
        Properties all = pooledProperties();
        all.putAll(properties);
        try {
            return connector.connect(all);
        } catch (SQLException e) {
            if (!clientsAreWatched || !INVALID_VALUE.equals(e.getSQLState())) {
                throw e;
            }
            clientsAreWatched = false;
            return connect(properties);
        }
    }

    @Override
    public LedgerSession open(Plan plan) throws SQLException {
        var properties = new Properties();
        properties.setProperty("ApplicationName", "dbops guard " + application);
        properties.setProperty("connectTimeout", GUARD_SECONDS);
        properties.setProperty("socketTimeout", GUARD_SECONDS);
        Connection connection = connect(properties);
        LedgerSession session = null;
        try {
            session = open(connection, plan);
            return session;
        } finally {
            if (session == null) {
                connection.close();
            }
        }
    }

    private LedgerSession open(Connection connection, Plan plan) throws SQLException {
        connection.setAutoCommit(true);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(FACTS)) {
            row.next();
            long pid = row.getLong(1);
            requireNoPooler(connection, pid);
            requireRoom(plan, row.getLong(3));
            return new PostgresLedgerSession(connection, classes, new LedgerSession.Predecessor(pid, row.getString(2)));
        }
    }

    /** A pooler makes up the number of the process that it tells the driver. */
    private void requireNoPooler(Connection connection, long pid) throws SQLException {
        if (connection.isWrapperFor(PGConnection.class)
                && connection.unwrap(PGConnection.class).getBackendPID() != pid) {
            throw new DbOpsException("ledger \"" + name + "\": there is a pooler between here and the server, so the"
                    + " server's locks and connections are not this application's. Connect to the server itself, or"
                    + " divide by hand: FittedPools.upTo(...).instances(...)");
        }
    }

    private void requireRoom(Plan plan, long lockTable) {
        long locks = 2L * plan.slots() + plan.floorSlots() + 7L * plan.seats();
        if (locks * PART_OF_LOCK_TABLE > lockTable) {
            throw new DbOpsException(
                    "ledger \"" + name + "\": needs up to " + locks + " locks, more than a tenth of the"
                            + " server's " + lockTable + " (max_locks_per_transaction x max_connections): raise"
                            + " max_locks_per_transaction, or give the ledger fewer connections with .budget(...)");
        }
    }

    @Override
    public @Nullable Occupied occupy(Connection pooled, Kind kind, int[] candidates) throws SQLException {
        int before = pooled.getNetworkTimeout();
        if (before == 0) {
            pooled.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
        }
        Occupied occupied = lock(pooled, kind, candidates);
        if (before == 0) {
            pooled.setNetworkTimeout(Runnable::run, 0);
        }
        return occupied;
    }

    private @Nullable Occupied lock(Connection pooled, Kind kind, int[] candidates) throws SQLException {
        Array slots =
                pooled.createArrayOf("int4", Arrays.stream(candidates).boxed().toArray());
        try (PreparedStatement statement = pooled.prepareStatement(OCCUPY)) {
            statement.setArray(1, slots);
            statement.setInt(2, classes + (kind == Kind.FLOOR ? FLOOR : SHARED));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Occupied(kind, row.getInt(1), row.getLong(2)) : null;
            }
        } finally {
            slots.free();
        }
    }
}
