package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Role;
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
 * <p>A read is checked twice. When its unit of work begins, with the connection in hand, it is compared with the clock:
 * this is the moment at which the promise holds. What fails goes to another node, in the end to the primary. The
 * choice compares too, before it queues at a pool, so that reads do not wait for a replica that may not serve them. But
 * a clock costs as much as all the rest of routing, so the choice seldom reads it: it goes by {@link NodeView#staleness},
 * how stale a replica was found last. Three keep that number up: every unit of work that is refused, every publication
 * of any observer, and, for when all observers are dead, some of the choices themselves.
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

    /** The bits of a random number that are all zero where the choice reads the clock: once in 16 times. */
    private static final int LOOKS = 0xF;

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
        Snapshot snapshot = core.monitor().snapshot();
        Lease lease = leaseReplica(snapshot);
        return lease != null ? lease : leaseWithoutReplica(snapshot);
    }

    private @Nullable Lease leaseReplica(Snapshot snapshot) throws SQLException {
        NodeView[] candidates = candidates(snapshot);
        int count = candidates.length;
        if (count == 0) {
            return null;
        }
        int random = ThreadLocalRandom.current().nextInt();
        boolean looks = (random & LOOKS) == 0;
        int start = (int) (Integer.toUnsignedLong(random) * count >>> 32);
        for (int i = 0; i < count; i++) {
            int at = start + i;
            NodeView candidate = candidates[at < count ? at : at - count];
            if (isPromising(candidate, looks)) {
                Lease lease = lease(candidate);
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

    /** Whether it is worth asking a replica's pool: so far as is known without a clock, unless this read looks. */
    private boolean isPromising(NodeView view, boolean looks) {
        return looks || level == Level.EVENTUAL || view.isLittleUsed()
                ? admits(view, core.clock().nanos())
                : view.staleness() <= bound && hasWrites(view);
    }

    /** Whether a replica has what the read must see. */
    private boolean admits(NodeView view, long now) {
        return level == Level.EVENTUAL
                ? view.role == Role.REPLICA && now - view.observedAt <= bound
                : view.isWithin(bound, now) && hasWrites(view);
    }

    /** Whether a replica has what the session wrote, if that is asked for. */
    private boolean hasWrites(NodeView view) {
        // The open outcomes first: whoever settles one stamps the session before it is not open any more.
        return level == Level.BOUNDED || (!session.hasUnsettledWrites() && session.isCoveredBy(view.freshAsOf));
    }

    /** Whether a unit of work may begin now on a connection to a replica. */
    boolean admits(Stamp stamp) {
        NodeView view = core.monitor().snapshot().views[stamp.node.index()];
        return holdsFor(view, stamp) && admits(view, core.clock().nanos());
    }

    /** Whether what was observed of the node holds of this connection. See {@link Stamp}. */
    private boolean holdsFor(NodeView view, Stamp stamp) {
        return level == Level.EVENTUAL
                || (view.observedAt > stamp.createdAt && view.server != null && view.server.isSameRunAs(stamp.server));
    }

    /** A connection to this replica, or {@code null} if it gave none whose state is known. */
    private @Nullable Lease lease(NodeView view) {
        RoutedNode node = view.node;
        try {
            Connection connection = node.connection();
            Stamp stamp = stampOrClose(node, connection);
            if (!holdsFor(view, stamp) && !holdsFor(core.monitor().snapshot().views[node.index()], stamp)) {
                connection.close();
                core.demandLook(node);
                return null;
            }
            Reason reason = level == Level.EVENTUAL ? Reason.ANY_REPLICA : Reason.FRESH_REPLICA;
            return new NodeLease(this, connection, stamp, reason);
        } catch (SQLException e) {
            core.connectionFailed(node, e);
            return null;
        }
    }

    private Stamp stampOrClose(RoutedNode node, Connection connection) throws SQLException {
        try {
            return node.stampOf(connection, core.clock());
        } catch (SQLException | RuntimeException e) {
            try (connection) {
                throw e;
            }
        }
    }

    private Lease leaseWithoutReplica(Snapshot tried) throws SQLException {
        if (!session.hasUnsettledWrites()) {
            Lease lease = awaitReplica(tried);
            if (lease != null) {
                return lease;
            }
        }
        Reason reason = whyNoReplica();
        if (!core.primaryServesReads() && core.isWatching()) {
            throw new NoEligibleNodeException("no replica may serve this read, and the primary is not to: "
                    + reason.phrase() + "; " + core.describe(session));
        }
        if (reason == Reason.OWN_WRITE_NOT_REPLICATED && core.isProcessSession(session)) {
            core.countUnscoped();
        }
        return leasePrimary(reason);
    }

    private @Nullable Lease awaitReplica(Snapshot last) throws SQLException {
        long patience = core.patienceNanos();
        if (!core.primaryServesReads() && hasCandidate(last)) {
            // Only a connection is too young: the next look at its server, which is demanded already, will do.
            patience = Math.max(patience, core.sampling().answerWithin().toNanos());
        }
        if (patience == 0 || last.reachable.length == 0 || !core.isWatching()) {
            return null;
        }
        core.demandSample();
        Snapshot tried = last;
        long deadline = core.clock().nanos() + patience;
        long pause = Pace.SPACING;
        for (long left = patience; left > 0; left = deadline - core.clock().nanos()) {
            Snapshot before = tried;
            Snapshot next = core.monitor().await(snapshot -> isNews(snapshot, before) && hasCandidate(snapshot), left);
            if (next == null) {
                return null;
            }
            Lease lease = leaseReplica(next);
            if (lease != null) {
                return lease;
            }
            tried = next;
            core.clock().park(Math.min(pause, deadline - core.clock().nanos()));
            pause *= 2;
        }
        return null;
    }

    @SuppressWarnings("ReferenceEquality") // each publication is another snapshot
    private static boolean isNews(Snapshot snapshot, Snapshot before) {
        return snapshot != before;
    }

    private boolean hasCandidate(Snapshot snapshot) {
        long now = core.clock().nanos();
        for (NodeView view : candidates(snapshot)) {
            if (admits(view, now)) {
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
        if (snapshot.measured.length == 0 || !core.isWatching()) {
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
        Stamp stamp = stampOrClose(primary, connection);
        return new NodeLease(this, connection, stamp, reason);
    }
}
