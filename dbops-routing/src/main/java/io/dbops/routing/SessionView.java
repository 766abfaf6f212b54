package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.PrimaryChangedException;
import io.dbops.RoutingDecision.Reason;
import io.dbops.routing.jdbc.Lease;
import io.dbops.routing.jdbc.UnitRouter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for each unit of work of one session at one level of consistency, takes a connection there, and waits
 * where that is worth it. What a read must see is up to its {@link Requirement}. Thread-safe.
 */
final class SessionView implements UnitRouter {

    /** Likewise for a read that tries a replica which may return to the rotation: once in 64 times. */
    private static final int TRIES = 0x3F0;

    private final RouterCore core;
    private final SessionState session;
    private final Requirement requirement;

    SessionView(RouterCore core, SessionState session, Consistency consistency) {
        this.core = core;
        this.session = session;
        requirement = new Requirement(core, session, consistency);
    }

    SessionState session() {
        return session;
    }

    Requirement requirement() {
        return requirement;
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
        if (requirement.isStrong()) {
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
        Tiers tiers = requirement.tiers(snapshot);
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
        if (lease == null && snapshot.outage && !requirement.isEventual()) {
            lease = leaseReplicaInOutage(requirement.candidates(snapshot));
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
        NodeView chosen = tier.choose(requirement, random, but);
        if (chosen == null) {
            return null;
        }
        Lease lease = lease(chosen, requirement.replicaReason());
        for (int i = 0; lease == null && i < tier.views.length; i++) {
            NodeView other = tier.views[i];
            if (other != chosen && other.node != but && requirement.isPromising(other, random)) {
                lease = lease(other, requirement.replicaReason());
            }
        }
        return lease;
    }

    /** Freshness cannot grow while no primary is sampled: what was fresh enough stays so for a given time. */
    private @Nullable Lease leaseReplicaInOutage(NodeView[] candidates) {
        for (NodeView candidate : candidates) {
            if (requirement.admits(candidate, core.clock().nanos(), requirement.outageBound())) {
                Lease lease = lease(candidate, Reason.PRIMARY_UNREACHABLE);
                if (lease != null) {
                    return lease;
                }
            }
        }
        return null;
    }

    /** Whether a unit of work may begin now on a connection to the primary. */
    boolean leads(Stamp stamp, boolean isFirst) {
        if (requirement.isMonotonic() && !core.isRehearsing()) {
            awaitOnPrimary(stamp.node);
        }
        return core.primaryDoor().begins(stamp, isFirst);
    }

    /**
     * A standby can show a commit a moment before the primary does: waits until the primary was asked after the session's
     * last read elsewhere. Only a moment: a watch that does not get there must not keep reads from the primary.
     */
    private void awaitOnPrimary(RoutedNode primary) {
        if (!requirement.isReadOnPrimary(core.monitor().snapshot(), primary) && core.isWatching()) {
            core.demandSample();
            core.monitor()
                    .await(
                            snapshot -> snapshot.primary != primary || requirement.isReadOnPrimary(snapshot, primary),
                            core.sampling().answerWithin().toNanos());
        }
    }

    /** Whether a unit of work that has begun on a connection to the primary may go on. */
    boolean leadsStill(Stamp stamp) {
        return core.primaryDoor().goesOn(stamp);
    }

    PrimaryChangedException primaryChanged(Stamp stamp) {
        return core.primaryDoor().changed(stamp);
    }

    /** A connection to this replica, or {@code null} if it gave none whose state is known. */
    private @Nullable Lease lease(NodeView view, Reason reason) {
        RoutedNode node = view.node;
        try {
            Connection connection = node.connection();
            Stamp stamp = core.stampOrClose(node, connection);
            NodeView newest = requirement.holdsFor(view, stamp)
                    ? view
                    : core.monitor().snapshot().view(node);
            if (newest == null || !requirement.holdsFor(newest, stamp)) {
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
        Reason reason = requirement.whyNoReplica(known, now);
        if (!core.primaryServesReads() && core.isWatching()) {
            throw new NoEligibleNodeException("no replica may serve this read, and the primary is not to: "
                    + reason.phrase() + "; " + core.overview().describe(session));
        }
        checkBudget(reason);
        if (requirement.isUnscoped(reason)) {
            core.countUnscoped();
        }
        return leasePrimary(reason).chosenBy(known, now);
    }

    /**
     * Fails if the primary has served enough reads that are not its own. Those that need it for what their session did
     * are its own, and are as many as its writes.
     */
    private void checkBudget(Reason reason) throws SQLException {
        SpillBudget budget = core.spills();
        boolean counts = reason == Reason.REPLICA_NOT_READY
                || (reason == Reason.REPLICAS_TOO_STALE
                        && requirement.isLagMeasured(core.monitor().snapshot()));
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

    private @Nullable Lease awaitReplica(Snapshot last) throws SQLException {
        long patience = core.patienceNanos();
        if (!core.primaryServesReads() && requirement.hasCandidate(last)) {
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
            Snapshot next = core.monitor()
                    .await(snapshot -> isNews(snapshot, before) && requirement.hasCandidate(snapshot), left);
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

    private NodeLease leasePrimary(Reason reason) throws SQLException {
        return core.primaryDoor().lease(this, reason);
    }
}
