package io.dbops.routing.jdbc;

import io.dbops.RoutingDecision;
import io.dbops.tx.RunningUnit;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which physical connection a logical one uses, and until when: its leases and its units of work.
 *
 * <p>A unit of work is a transaction: in autocommit mode each statement is one. Between units the connection may change
 * nodes. The physical connection it leaves is given back at once, or, while something on it is open, kept until that is
 * closed, for its results may still be read. Within a unit it never changes.
 */
abstract class LeasingConnection {

    /** So many connections that turn out useless in a row are no coincidence. */
    private static final int MOST_TAKEN = 20;

    final UnitRouter router;

    @Nullable
    Lease lease;

    @Nullable
    RunningUnit running;

    private @Nullable List<Lease> parked;
    private @Nullable Settings settings;
    boolean autoCommit;
    boolean readOnly;
    /** Whether a transaction has begun on the lease that has not ended. */
    boolean unitOpen;

    /** Whether a transaction that had begun has ended, by a call or in SQL. */
    private boolean endedOne;

    /** Not volatile, for that costs a fence at each close: after an abort by another thread the connection fails anyway. */
    boolean closed;

    LeasingConnection(UnitRouter router) {
        this.router = router;
        autoCommit = router.defaultAutoCommit();
    }

    /** The lease of the open unit, or one that the next unit may turn out to begin on. */
    final Lease current() throws SQLException {
        checkOpen();
        Lease held = lease;
        return held != null && (unitOpen || held.maySuit(readOnly)) ? held : take();
    }

    private Lease take() throws SQLException {
        letGo();
        return hold(router.lease(readOnly));
    }

    /** Makes a lease that was just taken the current one. */
    private Lease hold(Lease taken) throws SQLException {
        try {
            taken.carries(running);
            Connection connection = taken.connection();
            if (!router.choosesNodes()) {
                taken.lent(LentSettings.of(connection, settings, readOnly));
            }
            int deadline = router.deadlineMillis();
            if (deadline > 0) {
                // At each taking: pools take it back when they get the connection back, or look whether it lives.
                connection.setNetworkTimeout(Runnable::run, deadline);
            }
            if (settings != null) {
                // Not as a part of a transaction, with whose rollback they would be taken back.
                connection.setAutoCommit(true);
                settings.applyTo(connection);
            }
            if (connection.getAutoCommit() != autoCommit) {
                connection.setAutoCommit(autoCommit);
            }
            if (readOnly && taken.isPrimary()) {
                connection.setReadOnly(true);
            }
        } catch (SQLException | RuntimeException e) {
            taken.release();
            throw e;
        }
        lease = taken;
        return taken;
    }

    /** Leaves the lease, between units: at once, or, while something on it is open, at the end. */
    final void letGo() throws SQLException {
        Lease left = lease;
        lease = null;
        if (left == null) {
            return;
        }
        if (left.isHeld()) {
            if (parked == null) {
                parked = new ArrayList<>(1);
            }
            parked.add(left);
        } else {
            left.release();
        }
    }

    /** The lease of the open unit, or one on which the next unit may begin at this moment. */
    final Lease serving() throws SQLException {
        // Nearly always the one that the statement was prepared on: kept short, so that the JIT has it in line.
        Lease held = lease;
        if (held == null || closed) {
            return servingAnew();
        }
        if (unitOpen) {
            // The unit stays open when this throws, so that what follows is refused, until it is rolled back.
            held.goesOn();
            return held;
        }
        return held.begins(readOnly) ? held : servingAnew();
    }

    private Lease servingAnew() throws SQLException {
        checkOpen();
        Lease used = take();
        for (int taken = 1; !used.begins(readOnly); taken++) {
            if (taken == MOST_TAKEN) {
                throw new SQLTransientConnectionException(
                        "none of " + MOST_TAKEN + " connections may serve; the last one was to " + nameOf(used),
                        "08006");
            }
            used = take();
        }
        return used;
    }

    /** Where a lease leads, for messages. */
    static String nameOf(Lease used) {
        RoutingDecision decision = used.decision();
        return decision == null ? "the data source" : decision.toString();
    }

    /** A statement is about to be executed: begins a unit of work unless one is open. */
    final void begin(RoutedStatement statement) throws SQLException {
        statement.runOn(serving());
        unitOpen |= !autoCommit;
    }

    /**
     * A statement has failed: moves it to another node if it is to be executed there once more. That is so if it was
     * cancelled by replay, is a transaction of its own, and whatever it does can write nothing.
     *
     * @param error what it threw
     * @param again whether this is the second time
     */
    final boolean goesElsewhere(RoutedStatement statement, SQLException error, boolean again) {
        Lease used = lease;
        if (!autoCommit || !readOnly || unitOpen || used == null || !used.isReplayConflict(error)) {
            return false;
        }
        try {
            Lease other = used.elsewhere(again);
            if (other == null) {
                return false;
            }
            letGo();
            hold(other);
            begin(statement);
            return lease != null && lease.refusesWrites();
        } catch (SQLException e) {
            error.addSuppressed(e);
            return false;
        }
    }

    /**
     * A statement was executed.
     *
     * @param used where
     * @param sql its text, where that is known
     * @param touchesTransaction whether it may have begun or ended a transaction in SQL
     * @param rows whether it returned, and returned rows
     */
    final void ended(Lease used, @Nullable String sql, boolean touchesTransaction, boolean rows) {
        used.executed(autoCommit);
        if (used.isPrimary() && readOnly && SqlText.mayEndReadOnly(sql)) {
            used.mayWrite();
        }
        if (touchesTransaction) {
            // One that was lost in the middle of a unit is not another one's beginning: the unit is still to be ended.
            boolean wasOpen = unitOpen;
            unitOpen = used.isInTransaction() || (unitOpen && !used.maySuit(readOnly));
            endedOne |= wasOpen && ((!unitOpen && used.knowsTransaction()) || SqlText.endsTransaction(sql));
        }
        if (autoCommit || !rows || touchesTransaction) {
            used.mayHaveCommitted();
        }
    }

    final void statementClosed(Lease used) throws SQLException {
        used.closed();
        if (parked != null && !used.isHeld() && parked.remove(used)) {
            used.release();
        }
    }

    /** Whether a transaction that had begun has ended since this connection was got. */
    public final boolean hasEndedTransaction() {
        return endedOne;
    }

    final Connection physical() throws SQLException {
        return current().connection();
    }

    /** The physical connection, for something that stays bound to it: kept until this connection is closed. */
    final Connection bound() throws SQLException {
        Lease used = current();
        used.opened();
        return used.connection();
    }

    final Settings settings() {
        if (settings == null) {
            settings = new Settings();
        }
        return settings;
    }

    final void checkOpen() throws SQLException {
        if (closed) {
            throw new SQLException("the connection is closed", "08003");
        }
    }

    final void checkNoUnit(String call) throws SQLException {
        checkOpen();
        if (unitOpen) {
            throw new SQLException(call + " is not possible inside a transaction; commit or roll back first", "25001");
        }
    }

    private void goOnToEnd(Lease used) throws SQLException {
        try {
            used.goesOn();
        } catch (SQLException e) {
            unitOpen = false;
            letGo();
            throw e;
        }
    }

    /** Ends the unit of work by a call of the driver, if there is a lease at all. */
    final void end(boolean mayCommit, SqlCall call) throws SQLException {
        Lease used = lease;
        if (used == null) {
            return;
        }
        endedOne |= unitOpen;
        if (mayCommit && unitOpen) {
            goOnToEnd(used);
        }
        if (!mayCommit && unitOpen && !used.maySuit(readOnly)) {
            // Its server rolls back what is open, as soon as it is given back, which ends it.
            unitOpen = false;
            letGo();
            return;
        }
        try {
            call.on(used.connection());
        } catch (SQLException e) {
            used.failed(e);
            throw e;
        } finally {
            unitOpen = used.isInTransaction();
            if (mayCommit) {
                used.mayHaveCommitted();
            }
        }
    }

    @FunctionalInterface
    interface SqlCall {
        void on(Connection connection) throws SQLException;
    }

    /** Gives back everything that is leased. */
    final void releaseAll() throws SQLException {
        SQLException failure = release(lease, endOpenUnit());
        lease = null;
        if (parked != null) {
            for (Lease left : parked) {
                failure = release(left, failure);
            }
            parked = null;
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Rolls back what is open. A pool does not for a transaction that was begun in SQL, and would hand it on. */
    private @Nullable SQLException endOpenUnit() {
        Lease used = lease;
        if (used == null || !unitOpen) {
            return null;
        }
        try {
            if (!autoCommit) {
                used.connection().rollback();
            } else {
                rollBackInSql(used.connection());
            }
            return null;
        } catch (SQLException e) {
            used.failed(e);
            boolean isLost = !used.maySuit(readOnly);
            used.aborted();
            // What was open on a lost connection is rolled back by its server, and its loss was told before.
            return isLost ? null : e;
        }
    }

    private static void rollBackInSql(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("rollback");
        }
    }

    private static @Nullable SQLException release(@Nullable Lease left, @Nullable SQLException earlier) {
        try {
            if (left != null) {
                left.release();
            }
            return earlier;
        } catch (SQLException e) {
            if (earlier == null) {
                return e;
            }
            earlier.addSuppressed(e);
            return earlier;
        }
    }
}
