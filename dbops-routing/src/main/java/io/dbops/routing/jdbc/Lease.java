package io.dbops.routing.jdbc;

import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.tx.RunningUnit;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A physical connection while a logical one holds it. Not thread-safe, as connections are not. */
public interface Lease {

    /**
     * The connection, as the pool gave it.
     *
     * @return the connection
     */
    Connection connection();

    /**
     * Whether the connection leads to the primary.
     *
     * @return {@code false} for a replica
     */
    boolean isPrimary();

    /**
     * Whether the connection is of the kind that a unit of work needs. That it serves it is then still to be seen.
     *
     * @param readOnly whether the unit is declared read-only
     * @return {@code false} if it certainly must take another one
     */
    boolean maySuit(boolean readOnly);

    /**
     * Begins a unit of work on this connection, if it may serve it at this moment.
     *
     * @param readOnly whether the unit is declared read-only
     * @return {@code false} if the unit must take another one
     */
    boolean begins(boolean readOnly);

    /**
     * Goes on with a unit of work that has begun, to its next statement or to its commit.
     *
     * @throws SQLException if its server is not the primary any more: the unit is rolled back, and its connection ended
     */
    void goesOn() throws SQLException;

    /**
     * Notes whom the lease is for.
     *
     * @param unit the unit of work, or {@code null} if it is for none that is known
     */
    void carries(@Nullable RunningUnit unit);

    /** Notes that the server may let this connection write. */
    void mayWrite();

    /** Notes that the server lets this connection write from now on, between units of work, and did not before. */
    void mayWriteFromNow();

    /**
     * Notes that a statement has returned, or thrown.
     *
     * @param autoCommit whether it was a transaction of its own
     */
    void executed(boolean autoCommit);

    /** Notes that a call has returned, or thrown, that may have committed something. */
    void mayHaveCommitted();

    /**
     * Whether a transaction is open on the connection, as its driver knows it. Asks no server.
     *
     * @return {@code false} also where the connection is lost
     */
    boolean isInTransaction();

    /**
     * Whether {@link #isInTransaction} tells.
     *
     * @return {@code false} where the product is not one that is known
     */
    boolean knowsTransaction();

    /** Notes that the application got hold of something through which it can use the connection unseen. */
    void escaped();

    /**
     * Notes that a call has failed.
     *
     * @param error what it threw
     */
    void failed(SQLException error);

    /**
     * The error that has ended the open transaction, if one has: it can only be rolled back. Asks the server, if a call
     * has failed since the transaction began.
     *
     * @return {@code null} if the transaction may be committed, or nothing is known of it
     */
    @Nullable
    SQLException spoiled();

    /** Notes that what has failed since the transaction began was taken back, by a rollback to a savepoint. */
    void healed();

    /**
     * Whether a call has failed only because the replica was about to apply a change that was in its way.
     *
     * @param error what it threw, which {@link #failed} was told
     * @return {@code false} on the primary
     */
    boolean isReplayConflict(SQLException error);

    /**
     * Takes a connection to another node, for a read that could not be served here.
     *
     * @param onPrimary whether it is to be the primary
     * @return another lease, to be released by the caller; {@code null} if the read may not go anywhere else
     * @throws SQLException if there is none
     */
    @Nullable
    Lease elsewhere(boolean onPrimary) throws SQLException;

    /**
     * Whether the server refuses what a connection declared read-only writes in autocommit mode.
     *
     * @return {@code true} for a replica
     */
    boolean refusesWrites();

    /** Notes that the connection was ended by force, whatever it was doing. */
    void aborted();

    /** Notes that something was opened on the connection that keeps it from being given back. */
    void opened();

    /** Notes that something of that kind was closed. */
    void closed();

    /**
     * Whether something is open whose results may still be read.
     *
     * @return whether more was opened than closed
     */
    boolean isHeld();

    /**
     * Which node it is, and why.
     *
     * @return the decision; {@code null} where no node was chosen
     */
    @Nullable
    RoutingDecision decision();

    /**
     * Which node it is, and why no other.
     *
     * @return the explanation; {@code null} where no node was chosen
     */
    @Nullable
    Explanation explanation();

    /**
     * Notes what the connection was set to when it was lent. Nodes have pools, which look after that themselves.
     *
     * @param before to be restored before it is given back
     */
    void lent(LentSettings before);

    /**
     * Ends the lease and gives the connection back.
     *
     * @throws SQLException if the pool says so
     */
    void release() throws SQLException;
}
