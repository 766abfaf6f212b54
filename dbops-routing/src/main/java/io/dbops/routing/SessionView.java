package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.RoutingDecision.Reason;
import io.dbops.routing.jdbc.Lease;
import io.dbops.routing.jdbc.UnitRouter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for each unit of work of one session at one level of consistency. Thread-safe.
 *
 * <p>A read is checked twice. The choice looks at the snapshot alone, without reading a clock. The same comparison is
 * then repeated with the connection in hand, for waiting in a pool's queue takes time: this is the moment at which the
 * promise holds. What fails the second check goes to another node, in the end to the primary.
 */
final class SessionView implements UnitRouter {

    private enum Level {
        EVENTUAL,
        BOUNDED,
        SESSION,
        STRONG
    }

    /** How long a replica counts as reachable after it last answered, for reads that ask for nothing else. */
    private static final long REACHABLE_FOR = Duration.ofSeconds(10).toNanos();

    private final RouterCore core;
    private final SessionState session;
    private final Level level;
    private final long bound;

    SessionView(RouterCore core, SessionState session, Consistency consistency) {
        this.core = core;
        this.session = session;
        long routersBound = core.sampling().maxStaleness().toNanos();
        if (consistency instanceof Consistency.Bounded bounded) {
            level = Level.BOUNDED;
            bound = bounded.maxStaleness().toNanos();
        } else if (consistency instanceof Consistency.Eventual) {
            level = Level.EVENTUAL;
            bound = REACHABLE_FOR;
        } else {
            level = consistency instanceof Consistency.Strong ? Level.STRONG : Level.SESSION;
            bound = routersBound;
        }
    }

    SessionState session() {
        return session;
    }

    RouterCore core() {
        return core;
    }

    @Override
    public boolean defaultAutoCommit() {
        return core.defaultAutoCommit();
    }

    @Override
    public Lease lease(boolean readOnly) throws SQLException {
        if (!readOnly) {
            return leasePrimary(Reason.WRITE);
        }
        if (level == Level.STRONG) {
            return leasePrimary(Reason.STRONG);
        }
        Lease lease = leaseReplica();
        return lease != null ? lease : leaseWithoutReplica();
    }

    private @Nullable Lease leaseReplica() throws SQLException {
        NodeView[] candidates = candidates(core.monitor().snapshot());
        int count = candidates.length;
        int start = count <= 1 ? 0 : ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
            int at = start + i;
            NodeView candidate = candidates[at < count ? at : at - count];
            if (admitsAtRest(candidate)) {
                Lease lease = lease(candidate.node);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    private NodeView[] candidates(Snapshot snapshot) {
        return switch (level) {
            case EVENTUAL -> snapshot.reachable;
            case BOUNDED -> snapshot.measured;
            default -> snapshot.fresh;
        };
    }

    /** Whether a replica has what the read must see, as far as can be told without a clock. */
    private boolean admitsAtRest(NodeView view) {
        return switch (level) {
            case EVENTUAL -> true;
            case BOUNDED -> view.measured;
            default -> view.measured && session.isCoveredBy(view.freshAsOf) && !session.hasUnsettledWrites();
        };
    }

    /** Whether a unit of work may begin on a replica's connection, as far as can be told without a clock. */
    boolean admitsAtRest(Stamp stamp) {
        NodeView view = core.monitor().snapshot().views[stamp.node.index()];
        return admitsAtRest(view) && isAnsweredBy(view, stamp);
    }

    /** Whether a unit of work may begin on a replica's connection now. */
    boolean admits(Stamp stamp) {
        NodeView view = core.monitor().snapshot().views[stamp.node.index()];
        long since = level == Level.EVENTUAL ? view.observedAt : view.freshAsOf;
        return admitsAtRest(view) && isAnsweredBy(view, stamp) && core.clock().nanos() - since <= bound;
    }

    /** Whether what was observed of the node holds of this connection. See {@link Stamp}. */
    private boolean isAnsweredBy(NodeView view, Stamp stamp) {
        return level == Level.EVENTUAL
                || (view.observedAt > stamp.createdAt && stamp.backend.server().equals(view.server));
    }

    /** A connection to this replica, or {@code null} if it gave none that is known to serve. */
    private @Nullable Lease lease(RoutedNode node) throws SQLException {
        Connection connection;
        try {
            connection = node.connection();
        } catch (SQLException e) {
            core.connectionFailed(node, e);
            return null;
        }
        Stamp stamp;
        try {
            stamp = node.stampOf(connection, core.clock());
        } catch (SQLException e) {
            connection.close();
            core.connectionFailed(node, e);
            return null;
        }
        if (!admits(stamp)) {
            connection.close();
            core.demandLook(node);
            return null;
        }
        Reason reason = level == Level.EVENTUAL ? Reason.ANY_REPLICA : Reason.FRESH_REPLICA;
        node.served(reason);
        return new NodeLease(this, connection, stamp, reason);
    }

    private Lease leaseWithoutReplica() throws SQLException {
        long patience = core.patienceNanos();
        if (patience > 0 && !session.hasUnsettledWrites()) {
            long deadline = core.clock().nanos() + patience;
            core.demandSample();
            long left = patience;
            while (left > 0 && core.monitor().await(this::hasCandidate, left)) {
                Lease lease = leaseReplica();
                if (lease != null) {
                    return lease;
                }
                left = deadline - core.clock().nanos();
            }
        }
        Reason reason = whyNoReplica();
        if (!core.primaryServesReads()) {
            throw new NoEligibleNodeException("no replica may serve this read, for " + reason.phrase()
                    + ", and the primary is not to; " + core.describe(session));
        }
        if (reason == Reason.OWN_WRITE_NOT_REPLICATED && session == core.processSession()) {
            core.countUnscoped();
        }
        return leasePrimary(reason);
    }

    private boolean hasCandidate(Snapshot snapshot) {
        long now = core.clock().nanos();
        for (NodeView view : candidates(snapshot)) {
            if (admitsAtRest(view) && (level == Level.EVENTUAL || now - view.freshAsOf <= bound)) {
                return true;
            }
        }
        return false;
    }

    private Reason whyNoReplica() {
        if (level == Level.SESSION && session.hasUnsettledWrites()) {
            return Reason.WRITE_OUTCOME_UNKNOWN;
        }
        Snapshot snapshot = core.monitor().snapshot();
        if (snapshot.measured.length == 0) {
            return Reason.FRESHNESS_UNKNOWN;
        }
        long now = core.clock().nanos();
        boolean withinBound = false;
        for (NodeView view : snapshot.measured) {
            withinBound |= now - view.freshAsOf <= bound;
        }
        if (!withinBound) {
            return Reason.REPLICAS_TOO_STALE;
        }
        return hasCandidate(snapshot) ? Reason.REPLICA_NOT_READY : Reason.OWN_WRITE_NOT_REPLICATED;
    }

    private Lease leasePrimary(Reason reason) throws SQLException {
        RoutedNode primary = core.monitor().snapshot().primary;
        if (primary == null) {
            throw new NoEligibleNodeException("no primary is known; " + core.describe(session));
        }
        Connection connection = primary.connection();
        try {
            Stamp stamp = primary.stampOf(connection, core.clock());
            boolean mayWrite = reason == Reason.WRITE || !primary.enforcesReadOnly();
            primary.served(reason);
            return new NodeLease(this, connection, stamp, reason, mayWrite);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }
}
