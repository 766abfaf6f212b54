package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Leadership.Reached;
import io.dbops.routing.Leadership.Silence;
import io.dbops.routing.Tokens.Place;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the observers see into the one snapshot that readers use.
 *
 * <p>Each node carries one number, {@code freshAsOf}: the instant before which every commit acknowledged by this
 * epoch's primary is known to be visible on that node. It comes about in three steps. The primary's observer notes
 * an instant T0, <em>then</em> asks the primary for its position: a commit acknowledged before T0 is before that
 * position. The pair goes into the epoch's ring. A replica's observer asks for the position up to which the replica
 * shows changes; the newest sample at or before that position gives {@code freshAsOf = T0}. A reader then compares:
 *
 * <ul>
 *   <li>the session's last commit was acknowledged at W: the replica shows it if {@code freshAsOf > W};
 *   <li>the read allows staleness L: the replica may serve if {@code now - freshAsOf <= L}.
 * </ul>
 *
 * <p>No server's clock is read, no row is written, and the two questions may be asked at any rate: a late answer
 * makes the number older, never wrong. All instants are of this process's running time, {@link Clock#nanos}. While
 * the machine is suspended that clock stands still; the wall clock does not, and when the two drift apart by more
 * than a second all freshness is dropped.
 *
 * <p>Thread-safe. Observers come in under a lock that is never held during I/O; readers read one volatile.
 */
final class Monitor {

    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);
    private static final long MOST_DRIFT_MILLIS = 1_000;
    private static final int FAILOVERS_KEPT = 64;
    private static final String FOREIGN = "it belongs to another cluster than the other nodes; it is left alone";

    private final Clock clock;
    private final Leadership leadership;
    private final Queue<Unsettled> unsettled = new ConcurrentLinkedQueue<>();
    private final Queue<ClusterEvent> events = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long drift;
    private boolean closed;
    /** The cluster that is followed, once there was a primary. */
    private @Nullable String systemId;

    private volatile long lastHeard;
    private volatile List<Failover> failovers = List.of();
    private volatile Snapshot snapshot;

    Monitor(Sampling sampling, Duration silentFor, Clock clock) {
        this.clock = clock;
        leadership = new Leadership(silentFor.toNanos());
        snapshot = Snapshot.initial(sampling.maxStaleness().toNanos());
        drift = currentDrift();
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** The ends of epochs in which commits may have been lost, oldest first. */
    List<Failover> failovers() {
        return failovers;
    }

    /** What happened and was not told yet. */
    @Nullable
    ClusterEvent nextEvent() {
        return events.poll();
    }

    /**
     * Takes in what a node answered.
     *
     * @param node the node
     * @param askedAt an instant before the question was sent
     * @param observation the answer
     * @return whether the node has all that is known of the primary, so that it need not be asked again soon
     */
    boolean observed(RoutedNode node, long askedAt, Observation observation) {
        lock.lock();
        try {
            lastHeard = clock.nanos();
            if (snapshot.view(node) == null || dropFreshnessAfterDrift()) {
                // It was removed; or the answer may have been on its way while the machine stood still.
                return false;
            }
            boolean upToDate = true;
            RoutedNode twin = twin(node, observation.server());
            if (twin != null) {
                leadership.takesNoWrites(node);
                lead(snapshot.with(
                        NodeView.unknown(node, "it is the same server as " + twin + "; give each server one name")));
            } else if (!isOfThisCluster(observation.server())) {
                leadership.takesNoWrites(node);
                lead(snapshot.with(NodeView.unknown(node, FOREIGN)));
            } else if (observation instanceof Observation.Primary primary) {
                observedPrimary(node, askedAt, primary);
            } else if (observation instanceof Observation.Replica replica) {
                upToDate = observedReplica(node, askedAt, replica);
            } else if (observation instanceof Observation.Unplaced unplaced) {
                leadership.takesNoWrites(node);
                lead(snapshot.with(NodeView.unmeasured(node, askedAt, unplaced.server(), unplaced.reason())));
            }
            return upToDate;
        } finally {
            lock.unlock();
        }
    }

    /** A node before this one that is the same server. */
    private @Nullable RoutedNode twin(RoutedNode node, ServerIdentity server) {
        if (leadership.leadsAsAnother(node, server)) {
            // Though the leader itself may not have answered last time.
            return leadership.leader();
        }
        for (NodeView view : snapshot.known()) {
            if (view.node != node && view.server != null && view.server.isSameRunAs(server)) {
                return view.node;
            }
        }
        return null;
    }

    private boolean isOfThisCluster(ServerIdentity server) {
        if (systemId != null) {
            return systemId.equals(server.systemId());
        }
        for (NodeView view : snapshot.known()) {
            if (view.server != null && !view.server.systemId().equals(server.systemId())) {
                return false;
            }
        }
        return true;
    }

    private void observedPrimary(RoutedNode node, long askedAt, Observation.Primary observation) {
        RoutedNode before = leadership.leader();
        Position last = leadership.position();
        Reached reached = leadership.reachedBy(node, observation.server());
        boolean kept = last != null
                && observation.position().covers(last)
                && (before == node || leadership.isRunOf(observation.server()));
        SampleRing samples = snapshot.epoch.samples();
        boolean continues = samples.isCoveredBy(observation.position());
        switch (leadership.takesWrites(node, observation, continues, clock.nanos())) {
            case LEADS_ON -> lead(snapshot.with(NodeView.primary(node, askedAt, observation.server())));
            case BEGINS -> {
                if (before != null && !kept) {
                    noteFailover(node, reached, last);
                }
                systemId = observation.server().systemId();
                Epoch next = snapshot.epoch.next();
                events.add(new ClusterEvent.PrimaryFollowed(node.name(), next.number()));
                lead(snapshot.under(next, "no position of the new primary was reached yet")
                        .with(NodeView.primary(node, askedAt, observation.server())));
            }
            case LEFT_ALONE -> {
                leftAlone(node);
                return;
            }
        }
        snapshot.epoch.samples().add(new Sample(askedAt, observation.position()));
    }

    private void noteFailover(RoutedNode successor, @Nullable Reached reached, @Nullable Position last) {
        long keptBefore = reached == null ? 0 : reached.freshAsOf();
        var all = new ArrayList<>(failovers);
        if (all.size() == FAILOVERS_KEPT) {
            all.remove(0);
        }
        all.add(new Failover(snapshot.epoch.number(), keptBefore, reached == null ? null : reached.position(), last));
        failovers = List.copyOf(all);
        events.add(new ClusterEvent.WritesMayBeLost(successor.name(), Duration.ofNanos(clock.nanos() - keptBefore)));
    }

    private void leftAlone(RoutedNode node) {
        String rivalry = leadership.rivalry(node);
        String reason = rivalry == null
                ? "it is on a timeline that was left behind by a failover; make it a replica anew"
                : rivalry;
        NodeView before = snapshot.view(node);
        if (before == null || !before.reason.endsWith(reason)) {
            events.add(new ClusterEvent.WritableIgnored(node.name(), reason));
        }
        lead(snapshot.with(NodeView.unknown(node, "it takes writes, but is left alone: " + reason)));
    }

    private boolean observedReplica(RoutedNode node, long askedAt, Observation.Replica observation) {
        leadership.takesNoWrites(node);
        SampleRing samples = snapshot.epoch.samples();
        Position position = observation.position();
        ServerIdentity server = observation.server();
        long freshAsOf = samples.newestReachedBy(position);
        if (freshAsOf >= 0) {
            leadership.reached(node, server, freshAsOf, position);
        }
        lead(snapshot.with(
                freshAsOf < 0
                        ? NodeView.unmeasured(node, askedAt, server, whyUnmeasured(samples, position))
                        : NodeView.measured(node, freshAsOf, askedAt, server)));
        return samples.isCoveredBy(position);
    }

    private String whyUnmeasured(SampleRing samples, Position position) {
        Position newest = samples.newest();
        if (newest == null) {
            return "no primary was seen yet";
        }
        return "it is at " + position + " and has reached no position of the primary, which is at " + newest;
    }

    /** Publishes a snapshot, with whoever may be written to now. */
    private void lead(Snapshot next) {
        RoutedNode before = snapshot.primary;
        RoutedNode primary = leadership.primary();
        String why = primary == null ? leadership.whyNone() : "";
        if (primary == null && before != null) {
            events.add(leadership.isContested() ? leadership.contest() : new ClusterEvent.PrimaryLost(why));
        } else if (primary != null && before == null && snapshot.epoch.number() == next.epoch.number()) {
            events.add(new ClusterEvent.PrimaryFollowed(primary.name(), next.epoch.number()));
        }
        publish(next.led(primary, why, primary == null || leadership.isSilent(), leadership.isDeserted()));
    }

    /**
     * Takes in that a node could not be observed.
     *
     * @param node the node
     * @param reason why
     * @param silence whether anything came from its server; one that refuses is alive, and is not succeeded
     */
    void failed(RoutedNode node, String reason, Silence silence) {
        lock.lock();
        try {
            lastHeard = clock.nanos();
            if (snapshot.view(node) != null) {
                leadership.failed(node, silence, lastHeard);
                lead(snapshot.with(NodeView.unknown(node, reason)));
            }
        } finally {
            lock.unlock();
        }
    }

    /** A node is part of the cluster from now on. */
    void added(RoutedNode node) {
        lock.lock();
        try {
            publish(snapshot.with(NodeView.unknown(node, "it has not answered yet")));
        } finally {
            lock.unlock();
        }
    }

    /** A node is not part of the cluster any more. */
    void removed(RoutedNode node) {
        lock.lock();
        try {
            leadership.removed(node);
            lead(snapshot.view(node) == null ? snapshot : snapshot.without(node));
        } finally {
            lock.unlock();
        }
    }

    /** The nodes that may be chosen have changed: one was drained, or is not any more, or its health has changed. */
    void chosenAnew() {
        lock.lock();
        try {
            lead(snapshot);
        } finally {
            lock.unlock();
        }
    }

    /** What the authority answered, or {@code null} if it does not know. */
    void named(@Nullable RoutedNode node) {
        lock.lock();
        try {
            leadership.named(node);
            lead(snapshot);
        } finally {
            lock.unlock();
        }
    }

    /** The newest sample of the epoch. */
    @Nullable
    Sample newestSample() {
        lock.lock();
        try {
            return snapshot.epoch.samples().newestSample();
        } finally {
            lock.unlock();
        }
    }

    /** Where a position from elsewhere lies. */
    Place place(Position position) {
        lock.lock();
        try {
            SampleRing samples = snapshot.epoch.samples();
            Sample oldest = samples.oldestSample();
            Sample newest = samples.newestSample();
            if (oldest == null || newest == null) {
                return new Place.Unknown();
            }
            if (!position.isOfClusterOf(newest.position())) {
                return new Place.Foreign();
            }
            if (position.mayFollowOn(newest.position())) {
                return new Place.Newer();
            }
            if (newest.position().mayFollowOn(position)) {
                return placeBeforeFailover(position, oldest);
            }
            long instant = samples.oldestCovering(position);
            return instant < 0
                    ? new Place.Ahead(newest.askedAt())
                    : new Place.At(instant, snapshot.epoch.number(), false);
        } finally {
            lock.unlock();
        }
    }

    private Place placeBeforeFailover(Position position, Sample first) {
        if (position.isBeyond(first.position())) {
            return new Place.Lost();
        }
        boolean isKept = false;
        for (Failover failover : failovers) {
            Position kept = failover.kept();
            isKept |= kept != null && kept.covers(position);
        }
        return new Place.At(first.askedAt(), snapshot.epoch.number(), !isKept);
    }

    /** The instant at which anything was last concluded of any node. */
    long lastHeard() {
        return lastHeard;
    }

    private boolean dropFreshnessAfterDrift() {
        long now = currentDrift();
        boolean drifted = Math.abs(now - drift) > MOST_DRIFT_MILLIS;
        if (drifted) {
            LOG.warn(
                    "The wall clock went {} ms off the running time: the machine was suspended or its clock was set;"
                            + " all freshness is measured anew",
                    now - drift);
            publish(snapshot.under(snapshot.epoch.afresh(), "the machine's clocks drifted apart"));
        }
        drift = now;
        return drifted;
    }

    private long currentDrift() {
        return clock.wallMillis() - TimeUnit.NANOSECONDS.toMillis(clock.nanos());
    }

    private void publish(Snapshot next) {
        next.age(clock.nanos());
        snapshot = next;
        changed.signalAll();
    }

    /**
     * Waits for a snapshot that is as wanted.
     *
     * @return it; {@code null} if there was none in time, or before the end, or at an interrupt, whose flag stays set
     */
    @Nullable
    Snapshot await(Predicate<Snapshot> wanted, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!wanted.test(snapshot)) {
                if (left <= 0 || closed) {
                    return null;
                }
                left = changed.awaitNanos(left);
            }
            return snapshot;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Nobody waits any more. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps a session on the primary until the process that ran its write is seen to be gone. */
    void unsettle(SessionState session, Stamp stamp) {
        session.unsettle();
        unsettled.add(new Unsettled(session, stamp.backend));
    }

    boolean hasUnsettled() {
        return !unsettled.isEmpty();
    }

    @Nullable
    Unsettled nextUnsettled() {
        return unsettled.poll();
    }

    void stillUnsettled(Unsettled write) {
        unsettled.add(write);
    }
}
