package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Leadership.Reached;
import io.dbops.routing.Leadership.Silence;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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

    private static final int FAILOVERS_KEPT = 64;

    private final Clock clock;
    private final Leadership leadership;
    private final ServerCheck servers;
    private final ClockDrift drift;
    private final OpenOutcomes outcomes = new OpenOutcomes();
    private final Queue<ClusterEvent> events = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean closed;

    private volatile long lastHeard;
    private volatile List<Failover> failovers = List.of();
    private volatile Snapshot snapshot;

    Monitor(Sampling sampling, Duration silentFor, Clock clock) {
        this.clock = clock;
        leadership = new Leadership(silentFor.toNanos());
        servers = new ServerCheck(leadership);
        drift = new ClockDrift(clock);
        snapshot = Snapshot.initial(sampling.maxStaleness().toNanos());
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
            if (snapshot.view(node) == null) {
                // It was removed.
                return false;
            }
            if (drift.hasJumped()) {
                // The answer, too, may have been on its way while the machine stood still.
                publish(snapshot.under(snapshot.epoch.afresh(), "the machine's clocks drifted apart"));
                return false;
            }
            boolean upToDate = true;
            String objection = servers.objection(node, observation.server(), snapshot);
            if (objection != null) {
                leadership.takesNoWrites(node);
                lead(snapshot.with(NodeView.unknown(node, objection)));
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
                servers.follow(observation.server());
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
            return Place.of(position, snapshot.epoch, failovers);
        } finally {
            lock.unlock();
        }
    }

    /** The instant at which anything was last concluded of any node. */
    long lastHeard() {
        return lastHeard;
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
        outcomes.add(session, stamp.backend);
    }

    /** The writes of which it is not known whether they took effect. */
    OpenOutcomes outcomes() {
        return outcomes;
    }
}
