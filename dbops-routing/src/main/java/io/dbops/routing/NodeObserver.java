package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Leadership.Silence;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one node from a thread and over a connection of its own, which no pool counts.
 *
 * <p>It asks at a regular pace, and on demand when a write asks for a sample of the primary, or a sample for a look at
 * the replicas. A question that is not answered in time is a failed one: the connection is given up, the node's
 * freshness is forgotten, and another connection is tried at the regular pace. Whatever is thrown here ends one
 * round, never the observer; should the thread be stopped all the same, what it published grows old, and reads go to
 * the primary.
 */
final class NodeObserver implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeObserver.class);

    private static final long NEVER = Long.MAX_VALUE;
    private static final long AT_ONCE = 0;

    /** A replica gets this long to receive and replay what the sample saw, before it is asked. */
    private static final long SETTLE = 2_000_000;

    /** How often nodes are asked while no primary is heard of. */
    private static final long OUTAGE_PACE = 100_000_000;

    /** How often it is looked whether other instances have answered. */
    private static final long ANSWERS_PACE = 100_000_000;

    private static final long FIRST_RECONNECT = 10_000_000;

    private final RoutedNode node;
    private final RouterCore core;
    private final WatchConnection connection;
    private final long interval;
    private final Pace pace;
    private final UnwrittenLog unwritten = new UnwrittenLog();
    private final FleetEar ear;
    private final WatchThread thread;
    private final CompletableFuture<Contact> firstContact = new CompletableFuture<>();

    /** The instant for which somebody wants the node asked, cleared before it is asked. */
    private final AtomicLong wantedAt = new AtomicLong(NEVER);

    private volatile long retryDelay = Pace.SPACING;
    private long reconnectDelay = FIRST_RECONNECT;
    private long reconnectAt;
    private boolean failing;

    NodeObserver(RoutedNode node, RouterCore core, String application, Sampling sampling) {
        this.node = node;
        this.core = core;
        connection = new WatchConnection(node, core.clock(), application, sampling.answerWithin());
        ear = new FleetEar(core);
        interval = sampling.interval().toNanos();
        pace = new Pace(interval, sampling.perSecond());
        thread = new WatchThread("dbops-" + application + "-watch-" + node.name(), this::round, connection::close);
    }

    void start() {
        thread.start();
    }

    CompletableFuture<Contact> firstContact() {
        return firstContact;
    }

    /** Asks for a look at the node as soon as its budget allows. Costs a volatile read when one is due already. */
    void demand() {
        demandAt(AT_ONCE);
    }

    /**
     * A sample of the primary was taken: asks for a look whether this replica has reached it, soon but not at once,
     * for it needs a moment to receive and replay what the sample saw.
     */
    void sampled() {
        retryDelay = Pace.SPACING;
        demandAt(core.clock().nanos() + SETTLE);
    }

    /**
     * Asks for a look by another connection, unless the present one is younger than one to the same node that leads to
     * another server.
     */
    void renew(long instant) {
        connection.renew(instant);
        demand();
    }

    private void demandAt(long instant) {
        if (wantedAt.get() > instant) {
            wantedAt.accumulateAndGet(instant, Math::min);
            thread.wake();
        }
    }

    private void round() {
        try {
            awaitTurn();
            if (!thread.isStopped()) {
                core.lookAfterOthers();
                look();
            }
        } catch (SQLException e) {
            failed(e);
        } catch (DbOpsException e) {
            refused(e);
        } catch (Throwable e) {
            giveUp("its observer failed: " + e, e, Silence.REFUSES);
            // What failed may be the clock that would have paced the next round.
            LockSupport.parkNanos(interval);
        }
        core.tellNews();
    }

    private void awaitTurn() {
        while (!thread.isStopped()) {
            long now = core.clock().nanos();
            // Who cannot be reached is tried again at the regular pace only.
            long wanted = connection.isOpen() ? wantedAt.get() : NEVER;
            long regular = connection.isOpen() ? pace.regularDue() : reconnectAt;
            long due = Math.min(regular, wanted == NEVER ? NEVER : Math.max(wanted, pace.demandDue(now)));
            if (due <= now) {
                return;
            }
            core.clock().park(due - now);
            if (Thread.interrupted() && thread.isStopped()) {
                return;
            }
        }
    }

    private void look() throws SQLException {
        wantedAt.set(NEVER);
        pace.started(core.clock().nanos(), jitter());
        Connection open = connection.open();
        Dialect dialect = node.dialect(open);
        if (!node.hasJoined()) {
            node.join(dialect, open, core.clock());
        }
        long askedAt = core.clock().nanos();
        Observation observation = dialect.observe(open);
        Duration roundTrip = Duration.ofNanos(core.clock().nanos() - askedAt);
        judge(observation, roundTrip);
        boolean upToDate = core.monitor().observed(node, askedAt, observation);
        node.answered();
        Snapshot snapshot = core.monitor().snapshot();
        if (snapshot.primary == node) {
            core.sampled();
            settle(open, dialect, observation.server());
            writeOut(open, dialect, observation, askedAt);
        } else if (!upToDate) {
            lookAgain();
        }
        if (ear.attend(open, dialect, snapshot.primary == node, observation.server())) {
            demandAt(core.clock().nanos() + ANSWERS_PACE);
        }
        if (snapshot.outage) {
            // Whoever follows on the primary is to be seen soon.
            demandAt(core.clock().nanos() + OUTAGE_PACE);
        }
        reconnectDelay = FIRST_RECONNECT;
        firstContact.complete(new Contact.Made(observation, roundTrip));
        recovered();
    }

    /** Before the observation is published, for it tells the health as well. */
    private void judge(Observation observation, Duration roundTrip) {
        node.countLoad();
        if (failing) {
            node.health().returns();
        }
        if (observation.role() == Role.REPLICA) {
            core.outliers().probed(node, roundTrip.toNanos());
        }
    }

    private long jitter() {
        return ThreadLocalRandom.current().nextLong(interval / 10 + 1) - interval / 20;
    }

    /** A replica that has not reached the newest sample is asked again, ever less often until the next sample. */
    private void lookAgain() {
        long delay = retryDelay;
        retryDelay = Math.min(interval, delay * 2);
        demandAt(core.clock().nanos() + delay);
    }

    private void settle(Connection open, Dialect dialect, ServerIdentity server) throws SQLException {
        if (core.monitor().outcomes().settle(open, dialect, server, core.clock())) {
            demandAt(core.clock().nanos() + Pace.SPACING);
        }
    }

    private void writeOut(Connection open, Dialect dialect, Observation observation, long askedAt) throws SQLException {
        if (unwritten.isStuck(observation, askedAt)) {
            dialect.writeOutLog(open);
            demand();
        }
        long lookAt = unwritten.nextLook();
        if (lookAt != UnwrittenLog.NONE) {
            demandAt(lookAt);
        }
    }

    private void failed(SQLException error) {
        Dialect dialect = node.knownDialect();
        ErrorClass errorClass = dialect == null ? ErrorClass.CONNECTION_LOST : dialect.classify(error);
        switch (errorClass) {
            case CREDENTIALS_REFUSED -> refused(refusal(error));
            case CONFLICT -> {
                // Replay was in the way of the question, on a replica: nothing was learned, and nothing is wrong.
                LOG.debug("Node {} was not observed", node, error);
                lookAgain();
            }
            // A server that is starting, or stays in recovery, takes no writes: for its succession that is silence.
            case CONNECTION_LOST ->
                giveUp(
                        "it does not answer: " + error.getMessage(),
                        error,
                        isRefused(error) ? Silence.NOBODY_THERE : Silence.SILENT);
            case SERVER_UNAVAILABLE -> giveUp("it does not answer: " + error.getMessage(), error, Silence.SILENT);
            default -> giveUp("it cannot be asked: " + error.getMessage(), error, Silence.REFUSES);
        }
    }

    /** Whether nothing listens at the address: a time-out is another matter, for then nothing is known of the server. */
    private static boolean isRefused(SQLException error) {
        Throwable cause = error;
        while (cause != null && !(cause instanceof ConnectException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    private DbOpsException refusal(SQLException error) {
        String who = node.node() instanceof Node.Addressed addressed
                ? "credentials (" + addressed.credentials().user() + ")"
                : "its unpooled data source";
        return new DbOpsException(
                "node \"" + node + "\": its server refuses " + who + ": " + error.getMessage()
                        + "; check user, password, database and pg_hba.conf",
                error);
    }

    /** The server has proved the configuration wrong: whoever opens the router is told, later only the log. */
    private void refused(DbOpsException error) {
        boolean told = firstContact.complete(new Contact.Refused(error));
        failing |= told;
        giveUp(String.valueOf(error.getMessage()), error, Silence.REFUSES);
    }

    private void giveUp(String reason, Throwable cause, Silence silence) {
        if (thread.isStopped()) {
            return;
        }
        long now = core.clock().nanos();
        if (failing) {
            LOG.debug("Node {} still cannot be watched: {}", node, reason, cause);
        } else {
            node.doubt(now);
            core.tell(new ClusterEvent.NodeLost(node.name(), reason));
            LOG.debug("Node {} cannot be watched", node, cause);
        }
        failing = true;
        connection.abort();
        wantedAt.set(NEVER);
        core.outliers().probeFailed(node);
        core.monitor().failed(node, reason, silence);
        if (silence != Silence.REFUSES) {
            node.silent(now);
        }
        reconnectDelay = Math.min(interval, reconnectDelay * 2);
        reconnectAt = now + reconnectDelay + ThreadLocalRandom.current().nextLong(reconnectDelay / 4);
        firstContact.complete(new Contact.Failed(reason));
    }

    private void recovered() {
        if (failing) {
            failing = false;
            core.tell(new ClusterEvent.NodeBack(node.name()));
        }
    }

    /** Asks the thread to end. Does not wait. */
    void stop() {
        thread.stop();
    }

    /** Ends the thread and its connection; waits a bounded time for both. */
    @Override
    public void close() {
        stop();
        try {
            if (!thread.awaitEnd() && connection.isOpen()) {
                connection.abort();
                thread.awaitEnd();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
