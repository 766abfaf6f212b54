package io.dbops.pool.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The ledger of a server: its own locks, which end with the sessions that hold them. One implementation per product.
 *
 * <p>Thread-safe.
 */
public interface Ledger {

    /** What a pooled connection occupies. */
    enum Kind {
        /** One of the slots that the plan gives to every instance. */
        FLOOR,
        /** One of the slots that all instances share. */
        SHARED
    }

    /**
     * What a pooled connection has got.
     *
     * @param kind of which kind
     * @param number the slot, from 0
     * @param pid the server's process that runs the connection
     */
    record Occupied(Kind kind, int number, long pid) {}

    /**
     * Opens the session by which an instance takes part. Blocks, for a bounded time.
     *
     * @param plan how the server is divided
     * @return the session, the caller's to close
     * @throws SQLException if there is none
     * @throws io.dbops.DbOpsException if there can be no ledger behind this address; the message has the remedy
     */
    LedgerSession open(Plan plan) throws SQLException;

    /**
     * Has a pooled connection occupy one slot, for as long as the server runs it: its first statement.
     *
     * @param pooled a new connection in autocommit mode, which must be closed if it gets no slot
     * @param kind of which kind
     * @param candidates the slots, in the order in which they are tried
     * @return the first that was free, or {@code null} if none was
     * @throws SQLException if the server does not answer
     */
    @Nullable
    Occupied occupy(Connection pooled, Kind kind, int[] candidates) throws SQLException;
}
