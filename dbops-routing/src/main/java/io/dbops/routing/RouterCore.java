package io.dbops.routing;

import io.dbops.Consistency;
import io.dbops.DbOpsException;
import io.dbops.Freshness;
import io.dbops.Node;
import io.dbops.NodeStatus;
import io.dbops.Pools;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Topology;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.NodeObserver.Contact;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all views of one router share: nodes, observers, the monitor, and the sessions of threads. Thread-safe. */
final class RouterCore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouterCore.class);

    private final LagAwareRouting options;
    private final Clock clock;
    private final RoutedNode[] nodes;
    private final NodeObserver[] observers;
    private final Monitor monitor;
    private final SessionState processSession;
    private final ThreadLocal<@Nullable SessionState> entered = new ThreadLocal<>();
    private final LongAdder unscoped = new LongAdder();

    private final long deafAfterNanos;

    private volatile Duration roundTrip = Duration.ZERO;
    private volatile boolean defaultAutoCommit = true;
    private volatile boolean closed;

    RouterCore(LagAwareRouting options, String application, List<Node> given, @Nullable Pools pools, Clock clock) {
        this.options = options;
        this.clock = clock;
        nodes = new RoutedNode[given.size()];
        observers = new NodeObserver[nodes.length];
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = new RoutedNode(i, given.get(i), application, pools);
        }
        monitor = new Monitor(nodes, options.sampling(), clock);
        for (int i = 0; i < nodes.length; i++) {
            observers[i] = new NodeObserver(nodes[i], this, application, options.sampling());
        }
        processSession = new SessionState(this);
        deafAfterNanos = options.sampling()
                .interval()
                .multipliedBy(2)
                .plus(options.sampling().answerWithin())
                .toNanos();
    }

    /** Starts to watch, and waits until each node has answered or failed once. */
    void open() {
        for (NodeObserver observer : observers) {
            observer.start();
        }
        long deadline = clock.nanos() + options.openWithin().toNanos();
        var contacts = new ArrayList<Contact>(nodes.length);
        for (NodeObserver observer : observers) {
            contacts.add(await(observer, deadline));
        }
        check(contacts);
        options.sampling().check(roundTrip);
        long replicas = contacts.stream().filter(RouterCore::isReplica).count();
        // Reads that come before the first measurement would go to the primary; it takes some milliseconds.
        monitor.await(
                snapshot -> snapshot.measured.length >= replicas,
                options.sampling().answerWithin().toNanos());
    }

    private Contact await(NodeObserver observer, long deadline) {
        try {
            return observer.firstContact().get(Math.max(0, deadline - clock.nanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | CancellationException e) {
            return new Contact.Failed(
                    "it has not answered within " + options.openWithin().toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Contact.Failed("its observer failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Contact.Failed("the wait for it was interrupted");
        }
    }

    private static boolean isReplica(Contact contact) {
        return contact instanceof Contact.Made made && made.observation().role() == Role.REPLICA;
    }

    /** Rejects what the servers have proved wrong. */
    private void check(List<Contact> contacts) {
        var servers = new LinkedHashMap<RoutedNode, ServerIdentity>();
        RoutedNode primary = null;
        for (int i = 0; i < nodes.length; i++) {
            Contact contact = contacts.get(i);
            if (contact instanceof Contact.Refused refused) {
                throw refused.error();
            }
            if (contact instanceof Contact.Made made) {
                checkServer(nodes[i], made.observation().server(), servers);
                if (made.observation() instanceof Observation.Primary) {
                    if (primary != null) {
                        throw new DbOpsException("nodes \"" + primary + "\" and \"" + nodes[i]
                                + "\": both take writes; of one cluster only the primary may");
                    }
                    primary = nodes[i];
                    roundTrip = made.roundTrip();
                }
                defaultAutoCommit = nodes[i].defaultAutoCommit();
            }
        }
        if (primary == null && options.needsPrimary()) {
            throw new DbOpsException("no primary among the nodes: " + describe(processSession)
                    + "; to open without one say .openingWithoutPrimary()");
        }
    }

    private static void checkServer(RoutedNode node, ServerIdentity server, Map<RoutedNode, ServerIdentity> servers) {
        servers.forEach((other, known) -> {
            if (known.isSameRunAs(server)) {
                throw new DbOpsException("node \"" + node + "\" (port " + server.port()
                        + "): is the same server as node \"" + other + "\"; give each server one name");
            }
            if (!known.systemId().equals(server.systemId())) {
                throw new DbOpsException("node \"" + node + "\" (system " + server.systemId()
                        + "): must be of the same cluster as node \"" + other + "\" (system " + known.systemId()
                        + "); replicas are physical copies of their primary");
            }
        });
        servers.put(node, server);
    }

    Clock clock() {
        return clock;
    }

    Monitor monitor() {
        return monitor;
    }

    Sampling sampling() {
        return options.sampling();
    }

    boolean defaultAutoCommit() {
        return defaultAutoCommit;
    }

    long patienceNanos() {
        return options.patience().toNanos();
    }

    boolean primaryServesReads() {
        return options.primaryServesReads();
    }

    boolean isClosed() {
        return closed;
    }

    @SuppressWarnings("ReferenceEquality") // a session is its own identity
    boolean isProcessSession(SessionState session) {
        return session == processSession;
    }

    /** Whether anything was heard of any node lately: else nothing may be concluded of what is not known. */
    boolean isWatching() {
        return clock.nanos() - monitor.lastHeard() <= deafAfterNanos;
    }

    @Nullable
    SessionState entered() {
        return entered.get();
    }

    void enter(@Nullable SessionState session) {
        if (session == null) {
            entered.remove();
        } else {
            entered.set(session);
        }
    }

    SessionState currentSession() {
        SessionState session = entered.get();
        return session == null ? processSession : session;
    }

    SessionView view(SessionState session, Consistency consistency) {
        return consistency instanceof Consistency.OfSession
                ? session.view()
                : new SessionView(this, session, consistency);
    }

    void check(Consistency consistency) {
        if (consistency instanceof Consistency.Bounded bounded) {
            options.sampling().checkBound(bounded.maxStaleness(), roundTrip);
        }
    }

    /** A write has happened: a sample taken from now on will prove which replicas have it. */
    void demandSample() {
        RoutedNode primary = monitor.snapshot().primary;
        if (primary != null) {
            observers[primary.index()].demand();
        }
    }

    void demandLook(RoutedNode node) {
        observers[node.index()].demand();
    }

    /** A sample was taken: the replicas are to be looked at. */
    void sampled() {
        for (NodeView replica : monitor.snapshot().reachable) {
            observers[replica.node.index()].sampled();
        }
    }

    void connectionFailed(RoutedNode node, SQLException error) {
        LOG.debug("Node {} gave no connection for a read, which goes elsewhere", node, error);
        demandLook(node);
    }

    void countUnscoped() {
        unscoped.increment();
    }

    long unscoped() {
        return unscoped.sum();
    }

    Topology topology() {
        Snapshot snapshot = monitor.snapshot();
        long now = clock.nanos();
        var statuses = new ArrayList<NodeStatus>(nodes.length);
        for (NodeView view : snapshot.views) {
            statuses.add(new NodeStatus(view.node.name(), view.role, freshness(view, now), view.node.servedInAll()));
        }
        return new Topology(snapshot.epoch.number(), statuses);
    }

    private static Freshness freshness(NodeView view, long now) {
        if (view.role == Role.PRIMARY) {
            return new Freshness.Known(Duration.ZERO);
        }
        return view.measured
                ? new Freshness.Known(Duration.ofNanos(Math.max(0, now - view.freshAsOf)))
                : new Freshness.Unknown(view.reason);
    }

    /** A replica's bound, or NaN for what is not known or not a replica. */
    double stalenessSeconds(RoutedNode node) {
        NodeView view = monitor.snapshot().views[node.index()];
        return view.measured ? Math.max(0, clock.nanos() - view.freshAsOf) / 1e9 : Double.NaN;
    }

    /** Every node and how far behind it is, for a message. */
    String describe(SessionState session) {
        var text = new StringBuilder();
        for (NodeView view : monitor.snapshot().views) {
            text.append(text.isEmpty() ? "" : "; ").append(view.node.name()).append(": ");
            if (view.role == Role.PRIMARY) {
                text.append("primary");
            } else {
                text.append(view.measured ? "behind by at most " : "").append(freshness(view, clock.nanos()));
                if (view.measured && !session.isCoveredBy(view.freshAsOf)) {
                    text.append(", not known to have the session's last write");
                }
            }
        }
        return text.toString();
    }

    Map<RoutingDecision, Long> decisions() {
        var counts = new LinkedHashMap<RoutingDecision, Long>();
        for (RoutedNode node : nodes) {
            var byReason = new EnumMap<Reason, Long>(Reason.class);
            for (Reason reason : Reason.values()) {
                long count = node.servedFor(reason);
                if (count > 0) {
                    byReason.put(reason, count);
                }
            }
            byReason.forEach((reason, count) -> counts.put(new RoutingDecision(node.name(), reason), count));
        }
        return counts;
    }

    RoutedNode[] nodes() {
        return nodes;
    }

    @Override
    public void close() {
        closed = true;
        for (NodeObserver observer : observers) {
            observer.stop();
        }
        for (NodeObserver observer : observers) {
            observer.close();
        }
        for (RoutedNode node : nodes) {
            node.close();
        }
    }
}
