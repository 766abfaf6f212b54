package io.dbops.routing;

import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.routing.jdbc.FirstError;
import io.dbops.routing.jdbc.Lease;
import io.dbops.routing.jdbc.LentSettings;
import io.dbops.tx.RunningUnit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection to a node while a unit of work has it.
 *
 * <p>What may have been committed on the primary stamps the session: by the end of the call, whether it returned or
 * threw, and again when the connection is given back, for there are ways to write that pass the wrapper. A connection
 * that the server holds read-only stamps nothing: if reads on the primary counted as writes, they would keep their
 * session there for ever.
 */
final class NodeLease implements Lease {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLease.class);

    /** What {@link #open} stays at once it is reached: then the connection is held until the end. */
    private static final short FOR_GOOD = Short.MAX_VALUE;

    /** How long a session keeps away from a node where replay was in its way. */
    private static final long AVOIDED_FOR = Duration.ofSeconds(1).toNanos();

    private final SessionView view;
    private final Connection connection;
    private final Stamp stamp;
    private final Reason reason;

    /** Whether the server lets this connection write, as far as is known. */
    private boolean mayWrite;
    /** Whether a statement ran on it, or the application can use it unseen. */
    private boolean used;
    /** How much is open on it. A short, for there is a lease for each checkout, and this one makes 32 bytes. */
    private short open;

    NodeLease(SessionView view, Connection connection, Stamp stamp, Reason reason) {
        this.view = view;
        this.connection = connection;
        this.stamp = stamp;
        this.reason = reason;
        mayWrite = reason == Reason.WRITE;
        stamp.inReplaysWay = false;
        stamp.leased();
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean isPrimary() {
        return !reason.isReplica();
    }

    @Override
    public boolean maySuit(boolean readOnly) {
        return !stamp.lost && !stamp.abandoned && (isPrimary() || readOnly);
    }

    @Override
    public boolean begins(boolean readOnly) {
        boolean serves = maySuit(readOnly)
                && !stamp.inReplaysWay
                && (isPrimary() ? view.leads(stamp, !used) : view.requirement().admits(stamp, reason));
        if (serves) {
            boolean timed = stamp.served(reason) && !isPrimary();
            // What an earlier holder began is not what ends now.
            stamp.timedSince = timed ? view.core().clock().nanos() : 0;
            if (reason == Reason.REHEARSAL) {
                Explainer.now(view).rehearse(stamp);
            }
        }
        return serves;
    }

    @Override
    public void goesOn() throws SQLException {
        if (isPrimary() && !view.leadsStill(stamp)) {
            aborted();
            throw view.primaryChanged(stamp);
        }
    }

    @Override
    public void carries(@Nullable RunningUnit unit) {
        stamp.occupants.enter(unit);
        if (unit != null) {
            view.core().witness().open();
        }
    }

    @Override
    public void mayWrite() {
        mayWrite = true;
    }

    @Override
    public void mayWriteFromNow() {
        if (!mayWrite && open != FOR_GOOD) {
            // What it has done could write nothing, and is no write because something else may be one.
            used = false;
        }
        mayWrite = true;
    }

    @Override
    public void executed(boolean autoCommit) {
        used = true;
        view.requirement().executed(stamp);
        if (stamp.timedSince != 0) {
            view.core().outliers().served(stamp.node, view.core().clock().nanos() - stamp.timedSince);
            stamp.timedSince = 0;
        }
        if (!mayWrite && isPrimary() && !stamp.node.enforcesReadOnly(autoCommit)) {
            mayWrite = true;
        }
    }

    @Override
    public void mayHaveCommitted() {
        if (mayWrite && isPrimary()) {
            mayHaveCommittedBefore(view.core().clock().nanos());
        }
    }

    private void mayHaveCommittedBefore(long now) {
        view.session().wrote(now, stamp.epoch);
        view.core().demandSample();
    }

    @Override
    public boolean isInTransaction() {
        Dialect dialect = stamp.node.knownDialect();
        return dialect != null && dialect.isInTransaction(connection);
    }

    @Override
    public boolean knowsTransaction() {
        return stamp.node.knownDialect() != null;
    }

    @Override
    public void escaped() {
        executed(true);
        open = FOR_GOOD;
    }

    @Override
    public void failed(SQLException error) {
        // Before the error is looked into: the first time that takes long, and the other side of a deadlock goes on.
        long now = view.core().clock().nanos();
        Dialect dialect = stamp.node.knownDialect();
        stamp.failure = FirstError.of(stamp.failure, error, dialect);
        ErrorClass errorClass = dialect == null ? ErrorClass.CONNECTION_LOST : dialect.classify(error);
        if (errorClass == ErrorClass.CONNECTION_LOST) {
            aborted();
            if (!isPrimary()) {
                view.core().outliers().failed(stamp.node);
            }
        } else if (errorClass == ErrorClass.CONFLICT && isPrimary()) {
            stamp.occupants.conflicted(now);
        } else if (isReplayConflict(error)) {
            stamp.inReplaysWay = true;
            view.session().avoid(stamp.node, AVOIDED_FOR);
            Connection physical = stamp.get();
            if (physical == null || isClosed(physical)) {
                aborted();
            }
        } else if (errorClass == ErrorClass.READ_ONLY && mayWrite) {
            // It takes no writes any more, which the watch may not have seen yet.
            stamp.node.doubt(view.core().clock().nanos());
            view.core().demandLook(stamp.node);
        }
    }

    @Override
    public @Nullable SQLException spoiled() {
        SQLException failure = stamp.failure;
        if (failure == null && open != FOR_GOOD) {
            return null;
        }
        Dialect dialect = stamp.node.knownDialect();
        boolean isSpoiled = stamp.lost ? failure != null : dialect != null && dialect.isAborted(connection);
        return isSpoiled ? FirstError.known(failure) : null;
    }

    @Override
    public void healed() {
        stamp.failure = null;
    }

    private static boolean isClosed(Connection physical) {
        try {
            return physical.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    @Override
    public boolean isReplayConflict(SQLException error) {
        // Nobody writes on a replica: what else could a transaction there be in conflict with?
        Dialect dialect = stamp.node.knownDialect();
        return !isPrimary() && dialect != null && dialect.classify(error) == ErrorClass.CONFLICT;
    }

    @Override
    public @Nullable Lease elsewhere(boolean onPrimary) throws SQLException {
        return view.leaseElsewhere(stamp.node, onPrimary);
    }

    @Override
    public boolean refusesWrites() {
        return !isPrimary() || stamp.node.enforcesReadOnly(true);
    }

    @Override
    public void aborted() {
        if (!stamp.lost) {
            stamp.lost = true;
            if (mayWrite && isPrimary()) {
                view.core().monitor().unsettle(view.session(), stamp);
            }
            stamp.node.doubt(view.core().clock().nanos());
            view.core().demandLook(stamp.node);
        }
    }

    @Override
    public void opened() {
        if (open != FOR_GOOD) {
            open++;
        }
    }

    @Override
    public void closed() {
        if (open != FOR_GOOD) {
            open--;
        }
    }

    @Override
    public boolean isHeld() {
        return open > 0;
    }

    @Override
    public RoutingDecision decision() {
        return new RoutingDecision(stamp.node.name(), reason);
    }

    @Override
    public Explanation explanation() {
        return Explainer.of(view, stamp).explain(stamp, decision());
    }

    /** Notes what was known when this was chosen. */
    NodeLease chosenBy(Snapshot known, long at) {
        stamp.known = known;
        stamp.chosenAt = at;
        return this;
    }

    @Override
    public void lent(LentSettings before) {}

    @Override
    public void release() throws SQLException {
        try {
            if (open == FOR_GOOD) {
                view.requirement().executed(stamp);
            }
            if (used && isPrimary()) {
                lookForWhatWasDoneUnseen();
                if (mayWrite) {
                    long now = view.core().clock().nanos();
                    stamp.occupants.leave(now);
                    mayHaveCommittedBefore(now);
                }
            }
        } finally {
            if (stamp.lost || stamp.abandoned) {
                endPhysical();
            }
            stamp.released();
            giveBack();
        }
    }

    private void giveBack() throws SQLException {
        try {
            connection.close();
        } catch (SQLException e) {
            if (!stamp.lost && !stamp.abandoned) {
                throw e;
            }
            // It is gone as it should be; the pool could only not reset it first.
            LOG.debug("A lost connection to node {} was given back", stamp.node, e);
        }
    }

    /** What is lost must not come back: a pool that thinks otherwise finds its connection closed. */
    private void endPhysical() {
        Connection physical = stamp.get();
        try {
            if (physical != null) {
                physical.abort(Runnable::run);
            }
        } catch (SQLException e) {
            LOG.debug("A lost connection to node {} could not be ended", stamp.node, e);
        }
    }

    private void lookForWhatWasDoneUnseen() {
        Physical physical = Physical.of(stamp.get());
        if (physical == Physical.READ_ONLY) {
            return;
        }
        mayWrite = true;
        if (physical == Physical.CLOSED) {
            aborted();
        }
    }

    /** What a driver's connection is, at the end of what was done over it. */
    private enum Physical {
        CLOSED,
        READ_ONLY,
        WRITABLE;

        static Physical of(@Nullable Connection connection) {
            try {
                if (connection == null || connection.isClosed()) {
                    return CLOSED;
                }
                return connection.isReadOnly() ? READ_ONLY : WRITABLE;
            } catch (SQLException e) {
                // It was closed in between.
                return CLOSED;
            }
        }
    }
}
