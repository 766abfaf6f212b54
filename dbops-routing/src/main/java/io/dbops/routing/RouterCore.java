package io.dbops.routing;

import io.dbops.Authority;
import io.dbops.ClusterEvent;
import io.dbops.Consistency;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.Pools;
import io.dbops.Session;
import io.dbops.routing.Members.Member;
import io.dbops.time.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all views of one router share: nodes, observers, the monitor, and the sessions of threads. Thread-safe. */
final class RouterCore implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RouterCore.class);

    private final RoutingOptions options;
    private final Clock clock;
    private final Members members;
    private final Monitor monitor;
    private final Overview overview;
    private final PrimaryDoor primaryDoor;
    private final Abandonment abandonment;
    private final SessionScope scope;
    private final PrimaryInquiry inquiry;
    private final TopologyChanges changes;
    private final Outliers outliers;
    private final @Nullable SpillBudget spills;
    private final LongAdder unscoped = new LongAdder();
    private final LongAdder lostSessions = new LongAdder();
    private final KeyedSessions keyed;
    private final Tokens tokens;
    private final Teller teller;
    private final FleetWitness witness;
    private final @Nullable AuthorityWatch authorityWatch;
    private final @Nullable DiscoveryWatch discoveryWatch;

    private final long deafAfterNanos;
    private final boolean rehearsing;
    private final int deadlineMillis;

    private volatile Duration roundTrip = Duration.ZERO;
    private volatile boolean defaultAutoCommit = true;
    private volatile boolean closed;

    RouterCore(RoutingOptions options, String application, List<Node> given, @Nullable Pools pools) {
        this.options = options;
        clock = options.clock();
        monitor = new Monitor(options.sampling(), options.succession().silentFor(options.sampling()), clock);
        outliers = new Outliers(options.reads().choosing().slowAfter(), monitor::snapshot, monitor::chosenAnew);
        spills = options.reads().spills() == Reads.UNLIMITED
                ? null
                : new SpillBudget(options.reads().spills(), clock);
        overview = new Overview(monitor, clock, this::nodes);
        primaryDoor = new PrimaryDoor(this);
        abandonment = new Abandonment(this, options.succession().grace().toNanos());
        members = new Members(this, application, pools);
        for (Node node : given) {
            members.add(node, options.sampling());
        }
        changes = new TopologyChanges(
                this, members, options.sampling(), options.succession().grace());
        scope = new SessionScope(new SessionState(this));
        inquiry = new PrimaryInquiry(primaryDoor, scope.ofProcess().view());
        keyed = new KeyedSessions(
                this, options.sessions().most(), options.sessions().idle());
        tokens = new Tokens(this, options.sessions().tokensValidFor());
        teller = new Teller(options.listener(), monitor::nextEvent, clock);
        witness = new FleetWitness(this, application);
        Authority authority = options.succession().authority();
        authorityWatch = authority == null ? null : new AuthorityWatch(authority, this, application);
        Discovering discovering = options.discovering();
        discoveryWatch = discovering == null ? null : new DiscoveryWatch(discovering, this, application);
        rehearsing = options.units().rehearsed();
        deadlineMillis = options.units().deadlineMillis();
        deafAfterNanos = options.sampling()
                .interval()
                .multipliedBy(2)
                .plus(options.sampling().answerWithin())
                .toNanos();
    }

    /** Starts to watch, and waits until each node has answered or failed once. */
    void open() {
        List<Member> all = members.all();
        all.forEach(member -> member.observer().start());
        if (authorityWatch != null) {
            authorityWatch.start();
        }
        var opening = new Opening(options);
        opening.await(all);
        if (authorityWatch != null) {
            // Until it has spoken, who is isolated would write to an old primary.
            authorityWatch.awaitFirstAnswer(options.openWithin());
        }
        opening.check();
        if (!opening.foundPrimary() && options.needsPrimary()) {
            throw new DbOpsException("no primary among the nodes: " + overview.describe(scope.ofProcess())
                    + "; to open without one say .openingWithoutPrimary()");
        }
        roundTrip = opening.roundTrip();
        defaultAutoCommit = opening.defaultAutoCommit();
        options.sampling().check(roundTrip);
        if (discoveryWatch != null) {
            discoveryWatch.start();
        }
        // Reads that come before the first measurement would go to the primary; it takes some milliseconds.
        monitor.await(
                snapshot -> snapshot.measured.length >= opening.replicas(),
                options.sampling().answerWithin().toNanos());
    }

    RoutedNode routedNode(int index, Node node, String application, @Nullable Pools pools) {
        return new RoutedNode(index, node, application, pools, options.reads().choosing(), clock);
    }

    Outliers outliers() {
        return outliers;
    }

    /** What limits the reads that go to the primary for want of a replica, if anything does. */
    @Nullable
    SpillBudget spills() {
        return spills;
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
        return options.reads().patience().toNanos();
    }

    Tokens tokens() {
        return tokens;
    }

    /** Who adds, removes and drains nodes. */
    TopologyChanges changes() {
        return changes;
    }

    Session sessionFor(String key) {
        return keyed.of(key);
    }

    boolean hasNode(String name) {
        return members.has(name);
    }

    /** Who asks the primary what the watch does not tell. */
    PrimaryInquiry inquiry() {
        return inquiry;
    }

    /** What every observer looks after, for any of them may hang. */
    void lookAfterOthers() {
        abandonment.sweep();
        if (authorityWatch != null) {
            authorityWatch.checkTime();
        }
    }

    PrimaryDoor primaryDoor() {
        return primaryDoor;
    }

    /** How long a unit of work waits for a primary. */
    long primaryPatienceNanos() {
        return options.succession().patience().toNanos();
    }

    /** How long a unit of work waits while nothing listens at the primary's address, before its pool is asked. */
    long desertedPatienceNanos() {
        return options.succession()
                .silentFor(options.sampling())
                .plus(options.sampling().answerWithin())
                .toNanos();
    }

    /** How old what a replica shows may be while the primary cannot be reached. */
    long serveUpToNanos() {
        return options.succession().serveUpTo().toNanos();
    }

    boolean primaryServesReads() {
        return options.reads().onPrimary();
    }

    boolean isClosed() {
        return closed;
    }

    /** Whether anything was heard of any node lately: else nothing may be concluded of what is not known. */
    boolean isWatching() {
        return clock.nanos() - monitor.lastHeard() <= deafAfterNanos;
    }

    /** Whether the node that is seen so was heard of lately. */
    boolean isHeard(NodeView view) {
        return clock.nanos() - view.observedAt <= deafAfterNanos;
    }

    /** Which session a thread is in. */
    SessionScope scope() {
        return scope;
    }

    SessionState currentSession() {
        return scope.current();
    }

    @SuppressWarnings("ReferenceEquality") // a session is its own identity
    boolean isProcessSession(SessionState session) {
        return session == scope.ofProcess();
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
            demandLook(primary);
        }
    }

    void demandLook(RoutedNode node) {
        members.observe(node, NodeObserver::demand);
    }

    /** A sample was taken: the replicas are to be looked at. */
    void sampled() {
        for (NodeView replica : monitor.snapshot().reachable) {
            members.observe(replica.node, NodeObserver::sampled);
        }
    }

    Stamp stampOrClose(RoutedNode node, Connection connection) throws SQLException {
        try {
            return node.stampOf(connection, clock);
        } catch (SQLException | RuntimeException e) {
            try (connection) {
                throw e;
            }
        }
    }

    /** A connection to a replica leads to a server of which nothing is known, or not yet. */
    void mismatched(RoutedNode node, @Nullable NodeView view, Stamp stamp) {
        if (view != null
                && view.server != null
                && view.observedAt > stamp.createdAt
                && !view.server.isSameRunAs(stamp.server)) {
            if (view.isOutdated(stamp)) {
                node.end(stamp);
            } else if (node.isMismatchedAgain(clock.nanos())) {
                tell(new ClusterEvent.SeveralServers(node.name()));
            }
        }
        lookAnew(node, stamp);
    }

    /** A connection leads elsewhere than the watch's own, which may lead to where the name once led. */
    void lookAnew(RoutedNode node, Stamp stamp) {
        members.observe(node, observer -> observer.renew(stamp.createdAt));
    }

    /** Tells the log and the listener what happened. Called without locks. */
    void tell(ClusterEvent event) {
        teller.tell(event);
    }

    /** Tells what the monitor concluded. */
    void tellNews() {
        teller.tellNews();
    }

    Teller teller() {
        return teller;
    }

    /** Who knows which units of work had which connections. */
    FleetWitness witness() {
        return witness;
    }

    boolean isRehearsing() {
        return rehearsing;
    }

    int deadlineMillis() {
        return deadlineMillis;
    }

    void countLostSession() {
        lostSessions.increment();
    }

    /** How many sessions have found out that writes of theirs may be lost. */
    long lostSessions() {
        return lostSessions.sum();
    }

    void connectionFailed(RoutedNode node, SQLException error) {
        LOG.debug("Node {} gave no connection for a read, which goes elsewhere", node, error);
        outliers.failed(node);
        demandLook(node);
    }

    void countUnscoped() {
        unscoped.increment();
    }

    long unscoped() {
        return unscoped.sum();
    }

    /** What is known now, for people. */
    Overview overview() {
        return overview;
    }

    List<RoutedNode> nodes() {
        return members.all().stream().map(Member::node).toList();
    }

    @Override
    public void close() {
        closed = true;
        witness.close();
        monitor.close();
        if (discoveryWatch != null) {
            discoveryWatch.close();
        }
        if (authorityWatch != null) {
            authorityWatch.close();
        }
        members.close();
    }
}
