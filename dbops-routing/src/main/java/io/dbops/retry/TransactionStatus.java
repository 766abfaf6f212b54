package io.dbops.retry;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Proves commits by the number of the transaction and what PostgreSQL remembers of it, for who cannot have a table.
 * {@link CommitMarkers} tell more: after a restart, a crash or a failover a transaction number may have been given to
 * another transaction, so that {@code committed} is then not believed, and the outcome unknown.
 *
 * <p>What is believed:
 *
 * <ul>
 *   <li><em>committed</em>, if the server has neither crashed nor been restarted since;
 *   <li><em>aborted</em>, or a number not given away yet, on the same timeline;
 *   <li>nothing after a failover, of a prepared transaction, or once the server has forgotten.
 * </ul>
 *
 * <p>A transaction still <em>in progress</em> whose server process waits for a COMMIT that never came is ended, where
 * the role may do that, so that it can not be committed afterwards; otherwise it is waited for.
 *
 * <p>A transaction that has written no row is taken for one without effect, also if it has sent a NOTIFY or written
 * elsewhere through a foreign table.
 *
 * <p>PostgreSQL 14 to 18; resetting the server's {@code wal} statistics looks like a crash. Costs one statement a
 * transaction. Immutable and thread-safe; holds no connection.
 */
public final class TransactionStatus extends CommitProof {

    private static final TransactionStatus STANDARD = new TransactionStatus();

    private TransactionStatus() {}

    /**
     * Proof by transaction numbers.
     *
     * @return the proof
     */
    public static TransactionStatus standard() {
        return STANDARD;
    }

    @Override
    Claim claim(Connection connection) throws SQLException {
        if (connection.isReadOnly()) {
            return Claim.NOTHING_WRITTEN;
        }
        PostgresCommits.requirePostgres(connection);
        PostgresStatus.Numbered transaction = PostgresStatus.current(connection);
        if (transaction == null) {
            return Claim.NOTHING_WRITTEN;
        }
        return (dataSource, deadlineNanos, clock) -> {
            var lookup = new Lookup(dataSource, deadlineNanos, clock);
            return lookup.until(on -> look(transaction, lookup, on), "to look later: " + transaction.question());
        };
    }

    private static Finding look(PostgresStatus.Numbered transaction, Lookup lookup, Connection connection)
            throws SQLException {
        Incarnation before = transaction.incarnation();
        Incarnation now = PostgresStatus.incarnation(connection);
        if (!now.isOfSameHistoryAs(before)) {
            return Finding.unknown("it ran on timeline " + before.timeline() + " of system " + before.systemId()
                    + ", and the data source leads to timeline " + now.timeline() + " of system " + now.systemId()
                    + ", which may have given its number to another one; only the data themselves tell");
        }
        // On one connection both answers are of one incarnation: a crash ends every connection.
        return switch (PostgresStatus.status(connection, transaction.origin())) {
            case COMMITTED ->
                now.equals(before)
                        ? lookup.committed(connection, PostgresCommits::whyNotReplicated)
                        : Finding.unknown("its number was committed, but the server has crashed or was restarted since,"
                                + " or its statistics were reset, and may have given the number to another one;"
                                + " only the data themselves tell");
            case ABORTED -> Finding.rolledBack("the server says so");
            case NOT_ASSIGNED -> Finding.rolledBack("the server has crashed since, and its number is free again");
            case FORGOTTEN -> Finding.unknown("it is so old that the server has forgotten it; only the data tell");
            case IN_PROGRESS -> inProgress(transaction, now, connection);
        };
    }

    /** The number may be in use by another transaction by now. That nobody runs ours is certain after a restart only. */
    private static Finding inProgress(PostgresStatus.Numbered transaction, Incarnation now, Connection connection)
            throws SQLException {
        Holder holder = PostgresCommits.release(connection, transaction.origin());
        boolean isRestarted = !now.startedAt().equals(transaction.incarnation().startedAt());
        return isRestarted && !holder.isPrepared()
                ? Finding.rolledBack("the server was restarted, and its number belongs to another one")
                : holder.finding();
    }

    @Override
    public String toString() {
        return "commits proved by transaction numbers";
    }
}
