package io.dbops.pool.ledger;

import io.dbops.pool.ledger.Ledger.Occupied;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;

/**
 * An instance's guard session: it holds the seat, and the rights to shared slots. All that it holds ends with it.
 *
 * <p>Locks are counted, so what is held is not to be taken again. After an error nothing is known of what was taken: the
 * session is to be given up. Belongs to one thread; {@link #abort} is anyone's.
 */
interface LedgerSession extends AutoCloseable {

    /**
     * A session that may still be there, though its client has lost it.
     *
     * @param pid its process
     * @param startedAt when that started, in the server's own words
     */
    record Predecessor(long pid, String startedAt) {}

    /** How a successor knows this session. */
    Predecessor asPredecessor();

    /** Ends an earlier session of this instance, if the server runs it still. */
    void end(Predecessor predecessor) throws SQLException;

    /** What the ledger holds now. */
    Scan scan() throws SQLException;

    /** Takes a seat, if it is free. */
    boolean sit(int seat) throws SQLException;

    /** Tells the others, or tells them anew. The seat is held. */
    void tell(int seat, Claim claim) throws SQLException;

    /** Takes the rights to those of these slots that nobody has the right to, and returns which those are. */
    Set<Integer> take(Collection<Integer> slots) throws SQLException;

    /** Gives rights back. */
    void giveBack(Collection<Integer> slots) throws SQLException;

    /** Those of these processes that the server runs. */
    Set<Long> running(Collection<Long> pids) throws SQLException;

    /** Occupies a slot in place of a pooled connection that has lost its lock on it; tells whether it was free. */
    boolean standIn(Occupied slot) throws SQLException;

    /** Ends a {@link #standIn}. */
    void stepBack(Occupied slot) throws SQLException;

    /** Gives the session up without a word to the server. */
    void abort();

    /** Takes leave of the server. */
    @Override
    void close();
}
