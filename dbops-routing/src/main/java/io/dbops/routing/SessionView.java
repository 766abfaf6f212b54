package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.PrimaryChangedException;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Role;
import io.dbops.routing.Explainer.Choice;
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
final class SessionView implements UnitRouter, Tier.Read {

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

    /** Likewise for a read that tries a replica which may return to the rotation: once in 64 times. */
    private static final int TRIES = 0x3F0;

    private final RouterCore core;
    private final SessionState session;
    private final Level level;
    private final long bound;
    private final Reason replicaReason;

    SessionView(RouterCore core, SessionState session, Consistency consistency) {
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

    SessionState session() {
        return session;
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

    @Override
    public int deadlineMillis() {
        return core.deadlineMillis();
    }

    @Override
    public boolean choosesNodes() {
        return true;
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
        if (core.isRehearsing()) {
            return leasePrimary(Reason.REHEARSAL);
        }
        Snapshot snapshot = core.monitor().snapshot();
        Lease lease = leaseReplica(snapshot, null);
        return lease != null ? lease : leaseWithoutReplica(snapshot);
    }

    /**
     * A connection for a read that replay has cancelled on a replica.
     *
     * @return {@code null} if no other replica may serve it, and the primary is not to
     */
    @Nullable
    Lease leaseElsewhere(RoutedNode replica, boolean onPrimary) throws SQLException {
        Lease lease = onPrimary ? null : leaseReplica(core.monitor().snapshot(), replica);
        if (lease == null && core.primaryServesReads()) {
            lease = leasePrimary(Reason.REPLAY_CONFLICT);
        }
        return lease;
    }

    /** A connection to a replica that may serve, but for one node, if that is said. */
    private @Nullable Lease leaseReplica(Snapshot snapshot, @Nullable RoutedNode but) {
        Tiers tiers = tiers(snapshot);
        if (tiers.inOrder.length == 0) {
            return null;
        }
        int random = ThreadLocalRandom.current().nextInt();
        RoutedNode avoided = but == null ? session.avoided() : but;
        Lease lease = lease(tiers, random, avoided);
        if (lease == null && but == null && avoided != null) {
            // It is kept away from only while there is another one.
            lease = lease(tiers, random, null);
        }
        if (lease == null && snapshot.outage && level != Level.EVENTUAL) {
            lease = leaseReplicaInOutage(candidates(snapshot));
        }
        return lease;
    }

    private @Nullable Lease lease(Tiers tiers, int random, @Nullable RoutedNode but) {
        Tier trials = tiers.trials;
        if (trials != null && (random & TRIES) == 0) {
            Lease lease = lease(trials, random, but);
            if (lease != null) {
                return lease;
            }
        }
        for (Tier tier : tiers.inOrder) {
            Lease lease = lease(tier, random, but);
            if (lease != null) {
                return lease;
            }
        }
        return null;
    }

    private @Nullable Lease lease(Tier tier, int random, @Nullable RoutedNode but) {
        NodeView chosen = tier.choose(this, random, but);
        if (chosen == null) {
            return null;
        }
        Lease lease = lease(chosen, replicaReason);
        for (int i = 0; lease == null && i < tier.views.length; i++) {
            NodeView other = tier.views[i];
            if (other != chosen && other.node != but && isPromising(other, random)) {
                lease = lease(other, replicaReason);
            }
        }
        return lease;
    }

    /** Freshness cannot grow while no primary is sampled: what was fresh enough stays so for a given time. */
    private @Nullable Lease leaseReplicaInOutage(NodeView[] candidates) {
        for (NodeView candidate : candidates) {
            if (admits(candidate, core.clock().nanos(), outageBound())) {
                Lease lease = lease(candidate, Reason.PRIMARY_UNREACHABLE);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    /** How stale a replica may be that serves. */
    long boundIn(Snapshot snapshot) {
        return snapshot.outage && level != Level.EVENTUAL ? outageBound() : bound;
    }

    private long outageBound() {
        return Math.max(bound, core.serveUpToNanos());
    }

    private NodeView[] candidates(Snapshot snapshot) {
        return switch (level) {
            case EVENTUAL -> snapshot.reachable;
            case BOUNDED -> snapshot.measured;
            default -> snapshot.outage ? snapshot.measured : snapshot.fresh;
        };
    }

    private Tiers tiers(Snapshot snapshot) {
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

    /** Whether a unit of work may begin now on a connection to the primary. */
    boolean leads(Stamp stamp, boolean isFirst) {
        if (level == Level.MONOTONIC && !core.isRehearsing()) {
            awaitOnPrimary(stamp.node);
        }
        return core.primaryDoor().begins(stamp, isFirst);
    }

    /**
     * A standby can show a commit a moment before the primary does: waits until the primary was asked after the session's
     * last read elsewhere. Only a moment: a watch that does not get there must not keep reads from the primary.
     */
    private void awaitOnPrimary(RoutedNode primary) {
        if (!isReadOnPrimary(core.monitor().snapshot(), primary) && core.isWatching()) {
            core.demandSample();
            core.monitor()
                    .await(
                            snapshot -> snapshot.primary != primary || isReadOnPrimary(snapshot, primary),
                            core.sampling().answerWithin().toNanos());
        }
    }

    private boolean isReadOnPrimary(Snapshot snapshot, RoutedNode primary) {
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

    /** Whether a unit of work that has begun on a connection to the primary may go on. */
    boolean leadsStill(Stamp stamp) {
        return core.primaryDoor().goesOn(stamp);
    }

    PrimaryChangedException primaryChanged(Stamp stamp) {
        return core.primaryDoor().changed(stamp);
    }

    /** Whether what was observed of the node holds of this connection. See {@link Stamp}. */
    private boolean holdsFor(NodeView view, Stamp stamp) {
        return level == Level.EVENTUAL
                || (view.observedAt > stamp.createdAt && view.server != null && view.server.isSameRunAs(stamp.server));
    }

    /** A connection to this replica, or {@code null} if it gave none whose state is known. */
    private @Nullable Lease lease(NodeView view, Reason reason) {
        RoutedNode node = view.node;
        try {
            Connection connection = node.connection();
            Stamp stamp = core.stampOrClose(node, connection);
            NodeView newest =
                    holdsFor(view, stamp) ? view : core.monitor().snapshot().view(node);
            if (newest == null || !holdsFor(newest, stamp)) {
                connection.close();
                core.mismatched(node, newest, stamp);
                return null;
            }
            return new NodeLease(this, connection, stamp, reason);
        } catch (SQLException e) {
            core.connectionFailed(node, e);
            return null;
        }
    }

    private Lease leaseWithoutReplica(Snapshot tried) throws SQLException {
        if (!session.hasUnsettledWrites()) {
            Lease lease = awaitReplica(tried);
            if (lease != null) {
                return lease;
            }
        }
        Snapshot known = core.monitor().snapshot();
        long now = core.clock().nanos();
        Reason reason = whyNoReplica(known, now);
        if (!core.primaryServesReads() && core.isWatching()) {
            throw new NoEligibleNodeException("no replica may serve this read, and the primary is not to: "
                    + reason.phrase() + "; " + core.overview().describe(session));
        }
        checkBudget(reason);
        if (isUnscoped(reason)) {
            core.countUnscoped();
        }
        return leasePrimary(reason).chosenBy(known, now);
    }

    /** Whether a session of its own could have sent the read to a replica. */
    boolean isUnscoped(Reason reason) {
        return reason == Reason.OWN_WRITE_NOT_REPLICATED && core.isProcessSession(session);
    }

    /**
     * Fails if the primary has served enough reads that are not its own. Those that need it for what their session did
     * are its own, and are as many as its writes.
     */
    private void checkBudget(Reason reason) throws SQLException {
        SpillBudget budget = core.spills();
        boolean counts = reason == Reason.REPLICA_NOT_READY
                || (reason == Reason.REPLICAS_TOO_STALE
                        && isLagMeasured(core.monitor().snapshot()));
        if (budget == null || !counts || !core.isWatching()) {
            return;
        }
        long wait = budget.take();
        if (wait > 0) {
            throw new NoEligibleNodeException("no replica may serve this read, and the primary has served as many of"
                    + " such reads as .spillingUpTo(...) allows; the next one may in " + (wait / 1_000_000 + 1)
                    + " ms: " + reason.phrase() + "; " + core.overview().describe(session));
        }
    }

    /**
     * Whether each replica was beyond the bound when it was last seen. Else only time has passed since: it may be the
     * watch that is dead, and then the application is to be no worse off than without it.
     */
    private boolean isLagMeasured(Snapshot snapshot) {
        for (NodeView view : snapshot.measured) {
            if (view.observedAt - view.freshAsOf <= bound) {
                return false;
            }
        }
        return true;
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
            Lease lease = leaseReplica(next, null);
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

    private NodeLease leasePrimary(Reason reason) throws SQLException {
        return core.primaryDoor().lease(this, reason);
    }
}
