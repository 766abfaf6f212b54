package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Authority;
import io.dbops.ClusterEvent;
import io.dbops.DbOpsException;
import io.dbops.Discovery;
import io.dbops.Node;
import io.dbops.Pools;
import io.dbops.Routing;
import io.dbops.time.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sends reads to replicas that are proven to have what the read must see, and everything else to the primary.
 *
 * <p>How it decides, and why that is right, is told in {@code docs/design.md}. In short: the router samples the
 * primary's log position with the instant at which it asked, sees each replica reach the sample, and so knows for each
 * replica an instant before which no acknowledged commit is missing. A session keeps the instant of its last write;
 * reading what one wrote is then one comparison, without a round trip.
 *
 * <p>Each node is watched over one connection of its own, asked at most {@linkplain #sampling a given number of
 * times} a second. On PostgreSQL the role needs {@code pg_monitor}.
 *
 * <p>Immutable and thread-safe; each method returns a new value. Hand it to
 * {@link io.dbops.DbOps.Builder#routing}, or wrap existing pools with {@link #wrap}.
 */
public final class LagAwareRouting implements Routing {

    private static final int DEFAULT_PER_SECOND = 50;
    private static final Duration DEFAULT_ANSWER = Duration.ofSeconds(1);

    private final RoutingOptions options;

    private LagAwareRouting(RoutingOptions options) {
        this.options = options;
    }

    /**
     * Routing under which a read lacks no commit that was acknowledged longer ago than this.
     *
     * @param maxStaleness the bound; positive, and provable by the sampling, which is checked at open
     * @return the routing
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static LagAwareRouting within(Duration maxStaleness) {
        return new LagAwareRouting(RoutingOptions.of(new Sampling(maxStaleness, DEFAULT_PER_SECOND, DEFAULT_ANSWER)));
    }

    /**
     * Sets how often a node may be asked for its position. Without writes it is asked every quarter of the bound, at
     * most once a second; after writes sooner, up to this.
     *
     * @param perSecond questions to one node a second, at most, from 1 to 200; default 50
     * @return the routing with it
     */
    public LagAwareRouting sampling(int perSecond) {
        return with(options.with(options.sampling().perSecond(perSecond)));
    }

    /**
     * Sets how long a node may take to connect, and to answer, before it counts as failed.
     *
     * @param timeout positive; default 1 s
     * @return the routing with it
     */
    public LagAwareRouting answeringWithin(Duration timeout) {
        return with(options.with(options.sampling().answerWithin(timeout)));
    }

    /**
     * Lets a read wait until a replica may serve it, before anything else is done about it. The wait blocks the reading
     * thread. It does not count what a replica's pool takes to give a connection.
     *
     * @param patience how long, at most; default zero
     * @return the routing with it
     */
    public LagAwareRouting waitingForReplica(Duration patience) {
        return with(options.with(options.reads().waiting(patience)));
    }

    /**
     * Keeps reads off the primary: a read that no replica may serve fails with
     * {@link io.dbops.NoEligibleNodeException}. By default the primary serves it.
     *
     * @return the routing with it
     */
    public LagAwareRouting sparingPrimary() {
        return with(options.with(options.reads().sparingPrimary()));
    }

    /**
     * Limits the reads that the primary serves because no replica is recent enough, or none has a connection to give.
     * Beyond it they fail with {@link io.dbops.NoEligibleNodeException}, after the time they may
     * {@linkplain #waitingForReplica wait}. So replicas that fall behind together do not take the primary with them.
     *
     * <p>Not limited are reads that ask for the primary, reads that must see what their own session has written or read
     * and no replica is known to have yet, and all reads while no replica's freshness is known: it may be the watch
     * that is broken, and the application is to be no worse off than without it.
     *
     * @param perSecond at least 1, of which a second's worth may come at once; unlimited by default
     * @return the routing with it
     */
    public LagAwareRouting spillingUpTo(int perSecond) {
        return with(options.with(options.reads().spilling(perSecond)));
    }

    /**
     * Sets the zone whose replicas serve a read while one of them may. Those of other zones, or of none, serve it only
     * if none of the zone is recent enough, reachable and healthy; how busy they are does not matter.
     *
     * @param zone a zone that {@linkplain Node#in nodes are in}; without one all replicas are alike
     * @return the routing with it
     */
    public LagAwareRouting preferringZone(String zone) {
        return with(options.reads().choosing().zone(zone));
    }

    /**
     * Sets how slow a replica's answers are to be that it leaves the rotation: when half of the last ones took this
     * long. They are those to the watch, and one in 61 of those to the application. A slow replica still serves what no
     * other replica may serve, before the primary is asked to.
     *
     * @param answer positive; by default four times the median of the other replicas, and at least 20 ms. Give one that
     *     the application's own statements stay below
     * @return the routing with it
     */
    public LagAwareRouting slowAfter(Duration answer) {
        return with(options.reads().choosing().slowAfter(answer));
    }

    /**
     * Sets how long a replica that comes back, after it could not be reached or was slow, takes to its full share of
     * the reads. It begins with a tenth, for its caches are cold.
     *
     * @param time not negative; default 10 s
     * @return the routing with it
     */
    public LagAwareRouting rampingUpOver(Duration time) {
        return with(options.reads().choosing().rampUp(time));
    }

    /**
     * Rehearses: all units of work run on the primary, as they would without a router, and it is counted where reads would
     * have gone. So the offload is seen before it is switched on. {@link io.dbops.Router#decisions()} counts where
     * reads would have gone, as does the meter {@code dbops.routing.rehearsed}; a connection tells by
     * {@code unwrap(Explanation.class)}. A rehearsed read does not wait for a replica; one for which none is eligible
     * is counted for the primary, also where that is {@linkplain #sparingPrimary spared}.
     *
     * @return the routing with it
     */
    public LagAwareRouting rehearsing() {
        return with(options.with(options.units().rehearsing()));
    }

    /**
     * Sets how long a statement may take to be answered. After that the connection is given up: the statement fails with
     * a {@link java.sql.SQLException} of SQLSTATE 08006, and whether it took effect is not known, so that reads of its
     * session stay on the primary until that is. For servers that hang, not for queries that are slow: those are ended
     * by the server's {@code statement_timeout}, which is to be shorter.
     *
     * <p>It is the {@linkplain java.sql.Connection#setNetworkTimeout network timeout} of the connection. An application
     * that sets its own on a connection goes by that.
     *
     * @param deadline longer than the longest statement; 1 ms or more; by default there is none
     * @return the routing with it
     * @throws IllegalArgumentException if it is less than 1 ms, or more than 24 days
     */
    public LagAwareRouting statementsWithin(Duration deadline) {
        return with(options.with(options.units().deadline(deadline)));
    }

    /**
     * Lets the router open while no primary can be reached. Until one appears, writes fail. By default opening fails.
     *
     * @return the routing with it
     */
    public LagAwareRouting openingWithoutPrimary() {
        return with(options.needingPrimary(false));
    }

    /**
     * Sets how long nothing must be heard of a primary before another may follow on it. A primary whose address refuses
     * connections, or that is seen to take no writes any more, need not be waited for.
     *
     * @param silence positive; default twice the time {@linkplain #answeringWithin an answer} may take. Shorter than
     *     the pauses that servers and networks make now and then, it follows by mistake
     * @return the routing with it
     */
    public LagAwareRouting failingOverAfter(Duration silence) {
        return with(options.with(options.succession().silentFor(silence)));
    }

    /**
     * Sets how long a unit of work that needs the primary waits while there is none, as during a failover or a planned
     * switchover. After that it fails with {@link io.dbops.NoEligibleNodeException}, whose SQLSTATE says that it may be
     * tried again.
     *
     * @param patience not negative; default 10 s
     * @return the routing with it
     */
    public LagAwareRouting waitingForPrimary(Duration patience) {
        return with(options.with(options.succession().patience(patience)));
    }

    /**
     * Sets how old what a replica shows may be while the primary cannot be reached: nothing newer can be proven then.
     * It holds for reads with a bound, and for those of sessions whose writes the replica is known to have.
     *
     * @param staleness not negative; default 5 min, zero to fail such reads
     * @return the routing with it
     */
    public LagAwareRouting servingUpTo(Duration staleness) {
        return with(options.with(options.succession().serveUpTo(staleness)));
    }

    /**
     * Sets how long connections in use are left alone on a server that does not answer any more, or that is the primary
     * no more. Then they are ended, and whoever waits for an answer gets an error.
     *
     * @param grace positive; default 15 s
     * @return the routing with it
     */
    public LagAwareRouting abandoningAfter(Duration grace) {
        return with(options.with(options.succession().grace(grace)));
    }

    /**
     * Sets who decides which node is primary where the servers alone do not: while two of them take writes, or when
     * the one that does is not proven to follow on the primary before it. Without an authority nothing is written then.
     * A primary that the authority does not name is not written to either.
     *
     * @param authority asked once a second, more often during an outage, on a thread of the router
     * @return the routing with it
     */
    public LagAwareRouting authority(Authority authority) {
        return with(options.with(options.succession().authority(authority)));
    }

    /**
     * Sets how many sessions of {@linkplain io.dbops.Router#sessionFor keys} are kept, and for how long. Those that are
     * not kept are not wrong, but cost all others reads that stay on the primary for some milliseconds.
     *
     * @param most how many, at least 1; default 100,000, some 300 bytes each
     * @param idle how long after its last use a session is kept; positive, default 10 min
     * @return the routing with it
     */
    public LagAwareRouting keepingSessions(int most, Duration idle) {
        return with(options.with(options.sessions().keeping(most, idle)));
    }

    /**
     * Sets how old a token may be that a session is {@linkplain io.dbops.Router#resume resumed} from.
     *
     * @param age by the clocks of both machines; positive, default 1 day
     * @return the routing with it
     */
    public LagAwareRouting tokensValidFor(Duration age) {
        return with(options.with(options.sessions().tokensValidFor(age)));
    }

    /**
     * Sets who looks for nodes that were not given, or are not there any more.
     *
     * @param discovery asked on a thread of the router
     * @param every how often; positive
     * @return the routing with it
     */
    public LagAwareRouting discovering(Discovery discovery, Duration every) {
        return with(options.with(new Discovering(discovery, every)));
    }

    /**
     * Sets who is told what changes in the cluster, beside the log. Called on the threads that watch, which it must not
     * keep; what it throws is logged.
     *
     * @param told the listener; thread-safe
     * @return the routing with it
     */
    public LagAwareRouting listener(Consumer<? super ClusterEvent> told) {
        return with(options.telling(requireNonNull(told, "listener")));
    }

    /** A seam for tests. */
    LagAwareRouting timedBy(Clock other) {
        return with(options.timedBy(other));
    }

    private LagAwareRouting with(Choosing changed) {
        return with(options.with(options.reads().choosing(changed)));
    }

    private static LagAwareRouting with(RoutingOptions changed) {
        return new LagAwareRouting(changed);
    }

    RoutingOptions options() {
        return options;
    }

    /**
     * Routes over existing pools, without the facade.
     *
     * <p>Blocks until each node has answered or failed once. The pools stay the caller's to close, after the router.
     * With pgJDBC give pooled connections {@code readOnlyMode=always}: otherwise a read in autocommit mode that the
     * primary serves is not refused its writes, and must be taken for a write.
     *
     * @param nodes at least one, with unique names, each made by {@link Node#of}
     * @return a data source that is also the router; the caller closes it
     * @throws IllegalArgumentException if names are not unique or a node has no pool
     * @throws DbOpsException if a server proves the configuration wrong
     */
    public RoutedDataSource wrap(List<Node> nodes) {
        for (Node node : nodes) {
            if (node instanceof Node.Addressed) {
                throw new IllegalArgumentException("node (" + node.name()
                        + "): has no pool; use Node.of(name, pooled, unpooled), or DbOps with .pools(...)");
            }
        }
        return open("app", nodes, null, null);
    }

    @Override
    public RoutedDataSource open(
            String application, List<Node> nodes, @Nullable Pools pools, @Nullable MeterRegistry registry) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("nodes (none): must be at least one");
        }
        if (nodes.stream().map(Node::name).distinct().count() < nodes.size()) {
            throw new IllegalArgumentException("nodes ("
                    + nodes.stream().map(Node::name).collect(Collectors.joining(", "))
                    + "): must have unique names");
        }
        var core = new RouterCore(options, application, List.copyOf(nodes), pools);
        try {
            core.open();
            return new RoutedDataSource(core, registry == null ? null : new Meters(application, core, registry));
        } catch (RuntimeException | Error e) {
            core.close();
            throw e;
        }
    }
}
