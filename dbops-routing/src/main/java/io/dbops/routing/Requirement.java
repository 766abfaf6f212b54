package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Role;
import io.dbops.routing.Explainer.Choice;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the reads of one session must see at one level of consistency, and which nodes show it. Thread-safe.
 *
 * <p>A read is checked twice. When its unit of work begins, with the connection in hand, it is compared with the clock:
 * this is the moment at which the promise holds. What fails goes to another node, in the end to the primary. The
 * choice compares too, before it queues at a pool, so that reads do not wait for a replica that may not serve them. But
 * a clock costs as much as all the rest of routing, so the choice seldom reads it: it goes by {@link NodeView#staleness},
 * how stale a replica was found last. Three keep that number up: every unit of work that is refused, every publication
 * of any observer, and, for when all observers are dead, some of the choices themselves.
 */
final class Requirement implements Tier.Read {

    private enum Level {
        EVENTUAL,
        BOUNDED,
        SESSION,
        MONOTONIC,
        STRONG
    }

    /** How long a replica counts as reachable after it last answered, for reads that ask for nothing else. */
    private static final long REACHABLE_FOR = Duration.ofSeconds(10).toNanos();

    /** The bits of a random number that are all zero where the choice reads the clock: once in 16 times. */
    private static final int LOOKS = 0xF;

    /** Likewise for one that counts the connections which a replica has out: once in 64 times. */
    private static final int COUNTS = 0x3F;

    private final RouterCore core;
    private final SessionState session;
    private final Level level;
    private final long bound;
    private final Reason replicaReason;

    Requirement(RouterCore core, SessionState session, Consistency consistency) {
        this.core = core;
        this.session = session;
        level = levelOf(consistency);
        if (consistency instanceof Consistency.Bounded bounded) {
            bound = bounded.maxStaleness().toNanos();
        } else {
            bound = level == Level.EVENTUAL
                    ? REACHABLE_FOR
                    : core.sampling().maxStaleness().toNanos();
        }
        replicaReason = level == Level.EVENTUAL ? Reason.ANY_REPLICA : Reason.FRESH_REPLICA;
    }

    private static Level levelOf(Consistency consistency) {
        if (consistency instanceof Consistency.Bounded) {
            return Level.BOUNDED;
        } else if (consistency instanceof Consistency.Eventual) {
            return Level.EVENTUAL;
        } else if (consistency instanceof Consistency.Monotonic) {
            return Level.MONOTONIC;
        }
        return consistency instanceof Consistency.Strong ? Level.STRONG : Level.SESSION;
    }

    boolean isStrong() {
        return level == Level.STRONG;
    }

    boolean isEventual() {
        return level == Level.EVENTUAL;
    }

    /** The reason for which a replica serves that may. */
    Reason reasonFor(NodeView view, long now) {
        return admits(view, now, bound) ? replicaReason : Reason.PRIMARY_UNREACHABLE;
    }

    /** How stale a replica may be that serves. */
    long boundIn(Snapshot snapshot) {
        return snapshot.outage && level != Level.EVENTUAL ? outageBound() : bound;
    }

    long outageBound() {
        return Math.max(bound, core.serveUpToNanos());
    }

    NodeView[] candidates(Snapshot snapshot) {
        return switch (level) {
            case EVENTUAL -> snapshot.reachable;
            case BOUNDED -> snapshot.measured;
            default -> snapshot.outage ? snapshot.measured : snapshot.fresh;
        };
    }

    Tiers tiers(Snapshot snapshot) {
        // No switch, for each read comes here: one over an enum looks into a table first.
        if (level == Level.EVENTUAL) {
            return snapshot.reachableTiers;
        }
        return level == Level.BOUNDED || snapshot.outage ? snapshot.measuredTiers : snapshot.freshTiers;
    }

    /** Whether it is worth asking a replica's pool: so far as is known without a clock, unless this read looks. */
    @Override
    public boolean isPromising(NodeView view, int random) {
        boolean isRare = view.isLittleUsed();
        if (isRare || (random & COUNTS) == 0) {
            // Not for each read: it is a look at each connection.
            view.node.countLoad();
        }
        if (isRare || level == Level.EVENTUAL || (random & LOOKS) == 0) {
            return admits(view, core.clock().nanos(), bound);
        }
        return view.staleness() <= bound && hasSeen(view);
    }

    /** Whether a replica has what the read must see. */
    boolean admits(NodeView view, long now, long within) {
        return level == Level.EVENTUAL
                ? view.role == Role.REPLICA && now - view.observedAt <= bound
                : view.isWithin(within, now) && hasSeen(view);
    }

    /** Whether a replica has what the session wrote and read, as far as that is asked for. */
    private boolean hasSeen(NodeView view) {
        // The open outcomes first: whoever settles one stamps the session before it is not open any more.
        return level == Level.BOUNDED
                || (!session.hasUnsettledWrites() && session.isCoveredBy(view.freshAsOf) && hasRead(view));
    }

    private boolean hasRead(NodeView view) {
        return level != Level.MONOTONIC || session.hasReadUpTo(view.node, view.server, view.freshAsOf);
    }

    /** Whether a unit of work may begin now on a connection to a replica. */
    boolean admits(Stamp stamp, Reason reason) {
        Snapshot snapshot = core.monitor().snapshot();
        NodeView view = snapshot.view(stamp.node);
        if (view == null || stamp.node.isDrained() || !holdsFor(view, stamp)) {
            return false;
        }
        boolean inOutage = reason == Reason.PRIMARY_UNREACHABLE && snapshot.outage;
        return admits(view, core.clock().nanos(), inOutage ? outageBound() : bound);
    }

    boolean isReadOnPrimary(Snapshot snapshot, RoutedNode primary) {
        NodeView view = snapshot.view(primary);
        return view == null || session.hasReadUpTo(primary, view.server, view.observedAt);
    }

    /** A statement has been executed. */
    void executed(Stamp stamp) {
        if (level == Level.MONOTONIC) {
            NodeView rehearsed = rehearsedOn(stamp);
            if (rehearsed == null || rehearsed.server == null) {
                session.read(stamp.node, stamp.server, core.clock().nanos());
            } else {
                session.read(rehearsed.node, rehearsed.server, core.clock().nanos());
            }
        }
    }

    /** The replica on which the unit of work would run, if it is only rehearsed and would run on one. */
    @Nullable
    NodeView rehearsedOn(Stamp stamp) {
        Choice choice = stamp.rehearsed;
        return choice == null || choice.node() == null || !choice.reason().isReplica()
                ? null
                : core.monitor().snapshot().view(choice.node());
    }

    /** Whether what was observed of the node holds of this connection. See {@link Stamp}. */
    boolean holdsFor(NodeView view, Stamp stamp) {
        return level == Level.EVENTUAL
                || (view.observedAt > stamp.createdAt && view.server != null && view.server.isSameRunAs(stamp.server));
    }

    /** Whether a session of its own could have sent the read to a replica. */
    boolean isUnscoped(Reason reason) {
        return reason == Reason.OWN_WRITE_NOT_REPLICATED && core.isProcessSession(session);
    }

    /**
     * Whether each replica was beyond the bound when it was last seen. Else only time has passed since: it may be the
     * watch that is dead, and then the application is to be no worse off than without it.
     */
    boolean isLagMeasured(Snapshot snapshot) {
        for (NodeView view : snapshot.measured) {
            if (view.observedAt - view.freshAsOf <= bound) {
                return false;
            }
        }
        return true;
    }

    boolean hasCandidate(Snapshot snapshot) {
        return hasCandidate(snapshot, core.clock().nanos());
    }

    private boolean hasCandidate(Snapshot snapshot, long now) {
        for (NodeView view : candidates(snapshot)) {
            if (admits(view, now, boundIn(snapshot))) {
                return true;
            }
        }
        return false;
    }

    /** Why the primary serves a read, by what a snapshot says at an instant. */
    Reason whyNoReplica(Snapshot snapshot, long now) {
        if (level != Level.BOUNDED && level != Level.EVENTUAL && session.hasUnsettledWrites()) {
            return Reason.WRITE_OUTCOME_UNKNOWN;
        }
        if (snapshot.measured.length == 0 || !core.isWatching()) {
            return Reason.FRESHNESS_UNKNOWN;
        }
        boolean withinBound = false;
        boolean hasWrites = false;
        for (NodeView view : snapshot.measured) {
            withinBound |= now - view.freshAsOf <= bound;
            hasWrites |= session.isCoveredBy(view.freshAsOf);
        }
        if (!withinBound) {
            return Reason.REPLICAS_TOO_STALE;
        }
        if (hasCandidate(snapshot, now)) {
            return Reason.REPLICA_NOT_READY;
        }
        return hasWrites && level == Level.MONOTONIC ? Reason.OWN_READ_NOT_REACHED : Reason.OWN_WRITE_NOT_REPLICATED;
    }

    boolean isMonotonic() {
        return level == Level.MONOTONIC;
    }

    /** The reason for which a replica serves. */
    Reason replicaReason() {
        return replicaReason;
    }
}
