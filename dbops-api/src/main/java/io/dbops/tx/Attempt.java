package io.dbops.tx;

import io.dbops.dialect.Phase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a unit of work: borrow a connection, do the work, commit, give it back. What throws is rolled back, and
 * passes through as it is; a failure of the rollback is added to it as suppressed.
 *
 * <p>Belongs to one thread, and runs once.
 *
 * @param <T> what the unit returns
 */
public final class Attempt<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private Phase phase = Phase.WORK;
    private boolean committed;
    private @Nullable SQLWarning warning;
    private @Nullable T result;

    /** An attempt that has not begun. */
    public Attempt() {}

    /** Does something on the connection when the work is done, directly before the commit. */
    @FunctionalInterface
    public interface BeforeCommit {

        /** There is nothing to do. */
        BeforeCommit NOTHING = connection -> {};

        /**
         * Does it.
         *
         * @param connection the connection, in the transaction
         * @throws SQLException if it cannot be done; the transaction is rolled back
         */
        void on(Connection connection) throws SQLException;
    }

    /**
     * Runs the unit. Blocks until it has ended, and holds one connection meanwhile.
     *
     * @param <X> what the unit throws beside {@link SQLException}
     * @param dataSource gives the connection
     * @param unit what was asked for
     * @param left how long a statement may take, or {@code null} for as long as the connection allows
     * @param beforeCommit what to do before the commit
     * @param work the work
     * @return the unit's result, after its commit
     * @throws SQLException if the database refuses
     * @throws X if the unit throws it
     */
    public <X extends Exception> T run(
            DataSource dataSource,
            Unit unit,
            @Nullable Duration left,
            BeforeCommit beforeCommit,
            SqlFunction<T, X> work)
            throws SQLException, X {
        return run(dataSource, unit, left, beforeCommit, null, work);
    }

    /**
     * Runs the unit, as one that others may be told of. Blocks until it has ended, and holds one connection meanwhile.
     *
     * @param <X> what the unit throws beside {@link SQLException}
     * @param dataSource gives the connection
     * @param unit what was asked for
     * @param left how long a statement may take, or {@code null} for as long as the connection allows
     * @param beforeCommit what to do before the commit
     * @param running what others may be told, if the connection is a {@link UnitCarrier}; {@code null} for nothing
     * @param work the work
     * @return the unit's result, after its commit
     * @throws SQLException if the database refuses
     * @throws X if the unit throws it
     */
    public <X extends Exception> T run(
            DataSource dataSource,
            Unit unit,
            @Nullable Duration left,
            BeforeCommit beforeCommit,
            @Nullable RunningUnit running,
            SqlFunction<T, X> work)
            throws SQLException, X {
        Connection open = dataSource.getConnection();
        if (running != null && open instanceof UnitCarrier carrier) {
            carrier.carries(running);
        }
        T returned;
        try {
            prepare(open, unit, left);
            returned = inTransaction(open, unit, work);
            result = returned;
            beforeCommit.on(open);
            phase = Phase.COMMIT;
            open.commit();
            committed = true;
        } catch (Throwable failure) {
            abandon(open, failure);
            throw failure;
        }
        finish(open);
        return returned;
    }

    /** Does the work, which must not end the transaction: what would run again, or be said to be undone, may be there. */
    private <X extends Exception> T inTransaction(Connection open, Unit unit, SqlFunction<T, X> work)
            throws SQLException, X {
        T returned;
        try {
            returned = work.apply(new UnitConnection(open));
        } catch (Exception failure) {
            if (isEnded(open)) {
                throw new EndedByWorkException(unit, failure);
            }
            throw failure;
        }
        if (isEnded(open)) {
            throw new EndedByWorkException(unit, null);
        }
        return returned;
    }

    private static boolean isEnded(Connection open) {
        return open instanceof WatchedConnection watched && watched.hasEndedTransaction();
    }

    private static void prepare(Connection open, Unit unit, @Nullable Duration left) throws SQLException {
        if (unit.readOnly()) {
            open.setReadOnly(true);
        }
        if (unit.isolation() != null) {
            open.setTransactionIsolation(unit.isolation().level());
        }
        if (left != null) {
            open.setNetworkTimeout(Runnable::run, Math.toIntExact(Math.max(1, left.toMillis())));
        }
        open.setAutoCommit(false);
    }

    /**
     * How far it came.
     *
     * @return {@link Phase#COMMIT} if the commit was begun
     */
    public Phase phase() {
        return phase;
    }

    /**
     * Whether the commit was acknowledged. What is thrown all the same says nothing of the transaction.
     *
     * @return whether it was
     */
    public boolean isCommitted() {
        return committed;
    }

    /**
     * What the work returned, whether or not that was committed.
     *
     * @return {@code null} also if it did not return
     */
    public @Nullable T result() {
        return result;
    }

    /**
     * What the server warned of at the commit.
     *
     * @return {@code null} for nothing
     */
    public @Nullable SQLWarning warning() {
        return warning;
    }

    @SuppressWarnings("ReferenceEquality") // an exception is nothing but itself
    private void abandon(Connection connection, Throwable failure) {
        try (connection) {
            if (failure instanceof Error && phase == Phase.COMMIT) {
                // The answer may still come: nobody else is to read it.
                connection.abort(Runnable::run);
            } else {
                connection.rollback();
            }
        } catch (SQLException | RuntimeException e) {
            if (e != failure) {
                failure.addSuppressed(e);
            }
        }
    }

    /** The commit was acknowledged: what fails from here on must not look like a failed transaction. */
    private void finish(Connection open) {
        try (open) {
            warning = open.getWarnings();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("A connection could not be given back after its transaction was committed", e);
        }
    }
}
