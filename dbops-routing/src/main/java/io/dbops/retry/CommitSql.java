package io.dbops.retry;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a database product must be able to do to prove commits by markers. Implementations are stateless and thread-safe;
 * methods take a connection in autocommit mode, but for {@link #mark}, and block until the server has answered.
 */
sealed interface CommitSql permits PostgresMarkers {

    /** That of the product at the other end. */
    static CommitSql of(Connection connection) throws SQLException {
        PostgresCommits.requirePostgres(connection);
        return PostgresMarkers.INSTANCE;
    }

    /** Creates the table if it is not there. */
    void create(Connection connection, MarkerTable table) throws SQLException;

    /** Inserts the marker of the transaction that is open on the connection, by one statement. */
    Marker mark(Connection connection, MarkerTable table, UUID id) throws SQLException;

    /** Tries to put a tombstone where the marker is, or would be, and commits it. */
    Tombstone bury(Connection connection, MarkerTable table, Marker marker, Duration patience) throws SQLException;

    /** Ends what keeps the transaction open, if it only waits for a client that is gone, and says what it was. */
    Holder release(Connection connection, Origin origin) throws SQLException;

    /**
     * Waits until the standbys that commits wait for have all that was committed so far.
     *
     * @return {@code null} if they have, or there are none
     */
    @Nullable
    String whyNotReplicated(Connection connection) throws SQLException;

    /** Deletes old rows and returns how many there were. */
    int prune(Connection connection, MarkerTable table, Duration olderThan) throws SQLException;

    /** What a human may ask. */
    String question(MarkerTable table, Marker marker);
}
