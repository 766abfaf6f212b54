package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.Pools;
import io.dbops.Routing;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
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

    private final Sampling sampling;
    private final Duration patience;
    private final boolean primaryServesReads;
    private final boolean needsPrimary;
    private final Clock clock;

    private LagAwareRouting(
            Sampling sampling, Duration patience, boolean primaryServesReads, boolean needsPrimary, Clock clock) {
        this.sampling = sampling;
        this.patience = patience;
        this.primaryServesReads = primaryServesReads;
        this.needsPrimary = needsPrimary;
        this.clock = clock;
    }

    /**
     * Routing under which a read lacks no commit that was acknowledged longer ago than this.
     *
     * @param maxStaleness the bound; positive, and provable by the sampling, which is checked at open
     * @return the routing
     * @throws IllegalArgumentException if it is zero or negative
     */
    public static LagAwareRouting within(Duration maxStaleness) {
        return new LagAwareRouting(
                new Sampling(maxStaleness, DEFAULT_PER_SECOND, DEFAULT_ANSWER),
                Duration.ZERO,
                true,
                true,
                SystemClock.INSTANCE);
    }

    /**
     * Sets how often a node may be asked for its position. Without writes it is asked every quarter of the bound, at
     * most once a second; after writes sooner, up to this.
     *
     * @param perSecond questions to one node a second, at most, from 1 to 200; default 50
     * @return the routing with it
     */
    public LagAwareRouting sampling(int perSecond) {
        return with(new Sampling(sampling.maxStaleness(), perSecond, sampling.answerWithin()));
    }

    /**
     * Sets how long a node may take to connect, and to answer, before it counts as failed.
     *
     * @param timeout positive; default 1 s
     * @return the routing with it
     */
    public LagAwareRouting answeringWithin(Duration timeout) {
        return with(new Sampling(sampling.maxStaleness(), sampling.perSecond(), timeout));
    }

    private LagAwareRouting with(Sampling changed) {
        return new LagAwareRouting(changed, patience, primaryServesReads, needsPrimary, clock);
    }

    /**
     * Lets a read wait until a replica may serve it, before anything else is done about it. The wait blocks the reading
     * thread. It does not count what a replica's pool takes to give a connection.
     *
     * @param patience how long, at most; default zero
     * @return the routing with it
     */
    public LagAwareRouting waitingForReplica(Duration patience) {
        if (requireNonNull(patience, "patience").isNegative()) {
            throw new IllegalArgumentException("waitingForReplica (" + patience + "): must not be negative");
        }
        return new LagAwareRouting(sampling, patience, primaryServesReads, needsPrimary, clock);
    }

    /**
     * Keeps reads off the primary: a read that no replica may serve fails with
     * {@link io.dbops.NoEligibleNodeException}. By default the primary serves it.
     *
     * @return the routing with it
     */
    public LagAwareRouting sparingPrimary() {
        return new LagAwareRouting(sampling, patience, false, needsPrimary, clock);
    }

    /**
     * Lets the router open while no primary can be reached. Until one appears, writes fail. By default opening fails.
     *
     * @return the routing with it
     */
    public LagAwareRouting openingWithoutPrimary() {
        return new LagAwareRouting(sampling, patience, primaryServesReads, false, clock);
    }

    /** A seam for tests. */
    LagAwareRouting timedBy(Clock other) {
        return new LagAwareRouting(sampling, patience, primaryServesReads, needsPrimary, other);
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
        var core = new RouterCore(this, application, List.copyOf(nodes), pools, clock);
        try {
            core.open();
            return new RoutedDataSource(core, registry == null ? null : new Meters(application, core, registry));
        } catch (RuntimeException | Error e) {
            core.close();
            throw e;
        }
    }

    Sampling sampling() {
        return sampling;
    }

    Duration patience() {
        return patience;
    }

    boolean primaryServesReads() {
        return primaryServesReads;
    }

    boolean needsPrimary() {
        return needsPrimary;
    }

    /** Time for connecting, being asked, and opening a pool. */
    Duration openWithin() {
        return sampling.answerWithin().multipliedBy(2).plusSeconds(5);
    }
}
