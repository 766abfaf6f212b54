package io.dbops.routing;

import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import io.dbops.dialect.WalPosition;
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
    private static final String FOREIGN = "it belongs to another cluster than the other nodes; it is left alone";

    private final Clock clock;
    private final long successionAfterNanos;
    private final Queue<Unsettled> unsettled = new ConcurrentLinkedQueue<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long drift;
    private long lastPrimaryAnswer;
    /** Where the primary was last seen, which outlives the samples of an epoch. */
    private @Nullable Position lastPosition;
    /** The cluster that is followed, once there was a primary. */
    private @Nullable String systemId;

    private volatile long lastHeard;

    private volatile Snapshot snapshot;

    Monitor(RoutedNode[] nodes, Sampling sampling, Clock clock) {
        this.clock = clock;
        successionAfterNanos = sampling.answerWithin().multipliedBy(2).toNanos();
        snapshot = Snapshot.initial(nodes, sampling.maxStaleness().toNanos());
        drift = currentDrift();
    }

    Snapshot snapshot() {
        return snapshot;
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
            if (dropFreshnessAfterDrift()) {
                // The answer may have been on its way while the machine stood still.
                return false;
            }
            boolean upToDate = true;
            if (observation instanceof Observation.Primary primary) {
                observedPrimary(node, askedAt, primary);
            } else if (observation instanceof Observation.Replica replica) {
                upToDate = observedReplica(node, askedAt, replica);
            } else if (observation instanceof Observation.Unplaced unplaced) {
                endEpochIfPrimary(node);
                publish(snapshot.with(NodeView.unmeasured(node, askedAt, unplaced.server(), unplaced.reason())));
            }
            return upToDate;
        } finally {
            lock.unlock();
        }
    }

    private void observedPrimary(RoutedNode node, long askedAt, Observation.Primary observation) {
        NodeView view = NodeView.primary(node, askedAt, observation.server());
        if (!isOfThisCluster(observation.server())) {
            publish(snapshot.with(NodeView.unknown(node, FOREIGN)));
            return;
        }
        if (snapshot.primary == node && continues(node, observation)) {
            publish(snapshot.with(view));
        } else if (snapshot.primary == null || snapshot.primary == node || succeeds(observation)) {
            Epoch next = snapshot.epoch.next();
            LOG.info("Node {} is the primary of epoch {}", node, next.number());
            publish(snapshot.under(next, node, "no position of the new primary was reached yet")
                    .with(view));
        } else {
            publish(snapshot.with(NodeView.unknown(
                    node, "it takes writes too, while " + snapshot.primary + " is the primary; it is left alone")));
            return;
        }
        lastPrimaryAnswer = askedAt;
        lastPosition = observation.position();
        systemId = observation.server().systemId();
        snapshot.epoch.samples().add(new Sample(askedAt, observation.position()));
    }

    private boolean isOfThisCluster(ServerIdentity server) {
        if (systemId != null) {
            return systemId.equals(server.systemId());
        }
        for (NodeView view : snapshot.views) {
            if (view.server != null && !view.server.systemId().equals(server.systemId())) {
                return false;
            }
        }
        return true;
    }

    /** Whether the primary is the server it was, and went forward since its last sample. */
    private boolean continues(RoutedNode node, Observation.Primary observation) {
        ServerIdentity before = snapshot.views[node.index()].server;
        return (before == null || before.isSameRunAs(observation.server()))
                && snapshot.epoch.samples().isCoveredBy(observation.position());
    }

    /** Whether a second writable server takes over from a primary that has not answered for long. */
    private boolean succeeds(Observation.Primary observation) {
        RoutedNode primary = snapshot.primary;
        return primary != null
                && snapshot.views[primary.index()].role == Role.UNKNOWN
                && clock.nanos() - lastPrimaryAnswer > successionAfterNanos
                && observation.position() instanceof WalPosition now
                && lastPosition instanceof WalPosition before
                && now.systemId() == before.systemId()
                && now.timeline() > before.timeline();
    }

    private boolean observedReplica(RoutedNode node, long askedAt, Observation.Replica observation) {
        endEpochIfPrimary(node);
        SampleRing samples = snapshot.epoch.samples();
        Position position = observation.position();
        ServerIdentity server = observation.server();
        if (!isOfThisCluster(server)) {
            publish(snapshot.with(NodeView.unknown(node, FOREIGN)));
            return true;
        }
        long freshAsOf = samples.newestReachedBy(position);
        publish(snapshot.with(
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

    private void endEpochIfPrimary(RoutedNode node) {
        if (snapshot.primary == node) {
            LOG.warn("Node {} was the primary and takes no writes any more; no primary is known", node);
            publish(snapshot.under(snapshot.epoch.next(), null, "no primary is known"));
        }
    }

    /**
     * Takes in that a node could not be observed.
     *
     * @param node the node
     * @param reason why
     * @param silent whether nothing at all came from its server; one that refuses is alive, and is not succeeded
     */
    void failed(RoutedNode node, String reason, boolean silent) {
        lock.lock();
        try {
            lastHeard = clock.nanos();
            if (!silent && snapshot.primary == node) {
                lastPrimaryAnswer = lastHeard;
            }
            publish(snapshot.with(NodeView.unknown(node, reason)));
        } finally {
            lock.unlock();
        }
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
            publish(snapshot.under(snapshot.epoch.next(), snapshot.primary, "the machine's clocks drifted apart"));
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
     * @return it; {@code null} if there was none in time, or at an interrupt, whose flag stays set
     */
    @Nullable
    Snapshot await(Predicate<Snapshot> wanted, long nanos) {
        lock.lock();
        try {
            long left = nanos;
            while (!wanted.test(snapshot)) {
                if (left <= 0) {
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
