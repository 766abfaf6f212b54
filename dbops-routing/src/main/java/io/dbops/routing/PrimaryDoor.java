package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.NoEligibleNodeException;
import io.dbops.PrimaryChangedException;
import io.dbops.RoutingDecision.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to the primary: waits while there is none, and lets nobody through to a server that is not the one observed.
 *
 * <p>While a primary is followed and answers, a unit of work passes with two comparisons. It waits, for a bounded time,
 * while no primary is known, while the primary is drained, and while nothing listens at its address. A primary that is
 * only silent is asked as ever: it may be the watch that is cut off.
 *
 * <p>Thread-safe.
 */
final class PrimaryDoor {

    private static final Logger LOG = LoggerFactory.getLogger(PrimaryDoor.class);

    /** How long the watch gets to find out what became of a server to which a connection was lost. */
    private static final long DOUBT = 250_000_000;

    private final RouterCore core;

    PrimaryDoor(RouterCore core) {
        this.core = core;
    }

    /** A connection to the primary, for a unit of work of this view. */
    NodeLease lease(SessionView view, Reason reason) throws SQLException {
        long since = core.clock().nanos();
        long deadline = since + core.primaryPatienceNanos();
        while (true) {
            Snapshot snapshot = open(deadline, view);
            RoutedNode primary = primary(snapshot, view);
            Connection connection;
            try {
                connection = primary.connection();
            } catch (SQLException e) {
                if (hasMoved(primary)) {
                    // However long that pool took to say so: the next one may be there.
                    continue;
                }
                throw e;
            }
            Stamp stamp = core.stampOrClose(primary, connection);
            if (isObserved(core.monitor().snapshot(), primary, stamp)) {
                return new NodeLease(view, connection, stamp, reason);
            }
            giveBack(primary, connection);
            reject(primary, stamp, since, deadline);
        }
    }

    private static void giveBack(RoutedNode primary, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A connection to node {} that was not used could not be given back", primary, e);
        }
    }

    /** A snapshot in which the primary may be asked for a connection. */
    private Snapshot open(long deadline, SessionView view) throws SQLException {
        Snapshot snapshot = core.monitor().snapshot();
        if (isOpen(snapshot)) {
            return snapshot;
        }
        long since = core.clock().nanos();
        for (long now = since; !isOpen(snapshot); now = core.clock().nanos()) {
            RoutedNode primary = snapshot.primary;
            boolean isNone = primary == null || primary.isDrained();
            if (now >= deadline && isNone) {
                throw none(snapshot, view);
            }
            long until = primary == null || isNone ? deadline : Math.min(deadline, patience(snapshot, primary, since));
            if (now >= until) {
                // The watch alone may be in error: in the end the pool is asked.
                return snapshot;
            }
            Snapshot before = snapshot;
            core.monitor().await(next -> isOpen(next) || isOther(next, before), until - now);
            snapshot = core.monitor().snapshot();
            checkGoesOn();
        }
        return snapshot;
    }

    /** Until when it is worth waiting for news of a primary that there is. */
    private long patience(Snapshot snapshot, RoutedNode primary, long since) {
        core.demandLook(primary);
        return snapshot.deserted ? since + core.desertedPatienceNanos() : primary.doubtedAt() + DOUBT;
    }

    private static boolean isOther(Snapshot next, Snapshot before) {
        return next.primary != before.primary || next.deserted != before.deserted;
    }

    private boolean isOpen(Snapshot snapshot) {
        RoutedNode primary = snapshot.primary;
        return primary != null && !primary.isDrained() && !isDoubtful(snapshot, primary);
    }

    /** Whether nothing listens there, or a connection was lost and the server was not heard of since. */
    private boolean isDoubtful(Snapshot snapshot, RoutedNode primary) {
        long doubtedAt = primary.doubtedAt();
        if (doubtedAt < 0 && !snapshot.deserted) {
            return false;
        }
        NodeView view = snapshot.view(primary);
        boolean heard = view != null && view.observedAt > doubtedAt;
        return core.isWatching()
                && (snapshot.deserted || (!heard && core.clock().nanos() - doubtedAt < DOUBT));
    }

    private RoutedNode primary(Snapshot snapshot, SessionView view) throws SQLException {
        if (snapshot.primary == null) {
            throw none(snapshot, view);
        }
        return snapshot.primary;
    }

    private NoEligibleNodeException none(Snapshot snapshot, SessionView view) {
        String why = snapshot.primary == null
                ? "no primary is known: " + snapshot.whyNoPrimary
                : "the primary " + snapshot.primary + " is drained, and none has followed on it";
        return new NoEligibleNodeException(why + "; " + core.overview().describe(view.session()));
    }

    private boolean hasMoved(RoutedNode primary) {
        return core.monitor().snapshot().primary != primary;
    }

    /**
     * Whether a connection leads to the server that was observed as the primary, as far as it was observed lately: when
     * its watch is dead, a restart would else keep everybody out.
     */
    private boolean isObserved(Snapshot snapshot, RoutedNode primary, Stamp stamp) {
        NodeView view = snapshot.view(primary);
        return snapshot.primary == primary
                && (view == null
                        || view.server == null
                        || view.server.isSameRunAs(stamp.server)
                        || !core.isHeard(view));
    }

    /** The server at the other end is not the one observed: it restarted, or another answers by its address. */
    private void reject(RoutedNode primary, Stamp stamp, long since, long deadline) throws SQLException {
        core.lookAnew(primary, stamp);
        long patience = Math.min(
                core.sampling().answerWithin().toNanos() * 2,
                deadline - core.clock().nanos());
        Snapshot news = core.monitor().await(snapshot -> isDecided(snapshot, primary, stamp, since), patience);
        NodeView view = news == null || news.primary != primary ? null : news.view(primary);
        if (view != null && view.server != null && !view.server.isSameRunAs(stamp.server)) {
            if (view.isOutdated(stamp)) {
                primary.end(stamp);
            } else if (stamp.createdAt >= since) {
                core.tell(new ClusterEvent.SeveralServers(primary.name()));
                throw new NoEligibleNodeException("node \"" + primary + "\": leads to several servers, so a write there"
                        + " may reach one that is not the primary; give each server a node of its own");
            }
        }
        checkGoesOn();
        if (core.clock().nanos() >= deadline) {
            throw new NoEligibleNodeException(
                    "node \"" + primary + "\": its connections lead to another server than the one observed");
        }
    }

    /** Whoever is interrupted, or whose router is closed, does not wait on. */
    private void checkGoesOn() throws SQLException {
        if (core.isClosed()) {
            throw new SQLException("the router is closed", "08003");
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new NoEligibleNodeException("the wait for the primary was interrupted");
        }
    }

    /** Whether it is known where the name leads now, or that it cannot be known. */
    private boolean isDecided(Snapshot snapshot, RoutedNode primary, Stamp stamp, long since) {
        NodeView view = snapshot.view(primary);
        return snapshot.primary != primary
                || view == null
                || view.server == null
                || view.server.isSameRunAs(stamp.server)
                || view.isOutdated(stamp)
                || (view.isWatchedSince(since) && view.observedAt > stamp.createdAt);
    }

    /**
     * Whether a unit of work may begin on a connection that is held already; it then belongs to this epoch.
     *
     * @param isFirst whether it is the first one there: it was let in before the primary was drained
     */
    boolean begins(Stamp stamp, boolean isFirst) {
        Snapshot snapshot = core.monitor().snapshot();
        if (snapshot.primary != stamp.node
                || (stamp.node.isDrained() && !isFirst)
                || !isObserved(snapshot, stamp.node, stamp)) {
            return false;
        }
        stamp.epoch = snapshot.epoch.number();
        return true;
    }

    /** Whether a unit of work that has begun may go on, and commit. */
    boolean goesOn(Stamp stamp) {
        Snapshot snapshot = core.monitor().snapshot();
        return snapshot.primary == stamp.node && snapshot.epoch.number() == stamp.epoch;
    }

    PrimaryChangedException changed(Stamp stamp) {
        Snapshot snapshot = core.monitor().snapshot();
        return new PrimaryChangedException("the transaction is rolled back: it began on node \"" + stamp.node
                + "\" in epoch " + stamp.epoch + ", and "
                + (snapshot.primary == null
                        ? "no primary is known now: " + snapshot.whyNoPrimary
                        : "\"" + snapshot.primary + "\" is the primary of epoch " + snapshot.epoch.number()));
    }
}
