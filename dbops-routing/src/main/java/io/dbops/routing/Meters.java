package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.PoolStatus;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Role;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;

/**
 * A router's counters and gauges in a registry, read when they are scraped; the read path pays nothing for them.
 *
 * <p>Of each node, with the tag {@code node}, from when it is added until it is removed: {@code dbops.routing.units}
 * counts units of work by reason, {@code dbops.routing.rehearsed} where they would have gone while that is only
 * rehearsed; {@code dbops.routing.staleness} is a replica's bound in seconds, NaN while it is not known; {@code
 * dbops.routing.role} is 1 for the role that the node was found in, and 0 for others; {@code dbops.routing.in.flight}
 * is how many connections are in use; {@code dbops.pool.most}, {@code open}, {@code used}, {@code waiting}, {@code slots}
 * and {@code instances} are what {@link PoolStatus} tells of its pool. Of the router: {@code dbops.routing.epoch}, {@code dbops.routing.events} by type,
 * {@code dbops.routing.sessions.lost}, and {@code dbops.routing.unscoped}, reads that sessions could have sent to
 * replicas.
 *
 * <p>Thread-safe.
 */
final class Meters implements AutoCloseable {

    /** What is counted from the beginning, so that the first is seen to be one more than none. */
    static final List<Class<? extends ClusterEvent>> EVENTS = List.of(
            ClusterEvent.PrimaryFollowed.class,
            ClusterEvent.PrimaryLost.class,
            ClusterEvent.Contested.class,
            ClusterEvent.WritesMayBeLost.class,
            ClusterEvent.NodeLost.class,
            ClusterEvent.NodeBack.class,
            ClusterEvent.WritableIgnored.class,
            ClusterEvent.SeveralServers.class,
            ClusterEvent.NodeAdded.class,
            ClusterEvent.NodeRemoved.class,
            ClusterEvent.NodeDrained.class,
            ClusterEvent.NodeUndrained.class);

    private final MeterRegistry registry;
    private final RouterCore core;
    private final Tags tags;
    private final ReentrantLock changing = new ReentrantLock();
    private final List<Meter> ofRouter = new ArrayList<>();
    private final IdentityHashMap<RoutedNode, List<Meter>> ofNodes = new IdentityHashMap<>();
    private boolean closed;

    /**
     * Registers the meters.
     *
     * @throws IllegalArgumentException if another router of the name has its meters there
     */
    Meters(String application, RouterCore core, MeterRegistry registry) {
        this.registry = registry;
        this.core = core;
        tags = Tags.of("db", application);
        try {
            claim(application);
            registerRouter();
            core.changes().onMembers(this::follow);
            follow();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** A registry gives whoever asks again the meter that is there: of another router, which would lose it. */
    @SuppressWarnings("ReferenceEquality") // is it the same one?
    private void claim(String application) {
        List<Meter> before = registry.getMeters();
        Meter epoch = gauge(
                "epoch",
                "How many primaries were followed",
                tags,
                c -> c.monitor().snapshot().epoch.number());
        for (Meter meter : before) {
            if (meter == epoch) {
                throw new IllegalArgumentException("name (\"" + application
                        + "\"): another open router of this name has its meters in the same registry; give each a name"
                        + " of its own");
            }
        }
        ofRouter.add(epoch);
    }

    private void registerRouter() {
        for (Class<? extends ClusterEvent> type : EVENTS) {
            ofRouter.add(counter(
                    "events",
                    "What changed in the cluster, by type of event",
                    tags.and("type", typeName(type)),
                    c -> c.teller().told(type)));
        }
        ofRouter.add(counter(
                "sessions.lost",
                "Sessions that have found out that a failover may have lost writes of theirs",
                tags,
                RouterCore::lostSessions));
        ofRouter.add(counter(
                "unscoped",
                "Reads kept on the primary by a write of the process-wide session only",
                tags,
                RouterCore::unscoped));
    }

    /** The type's name in lower case, with an underscore between its words. */
    static String typeName(Class<? extends ClusterEvent> type) {
        return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }

    /** Removes the meters of nodes that are gone, and registers those of nodes that are new. */
    private void follow() {
        changing.lock();
        try {
            if (closed) {
                return;
            }
            List<RoutedNode> present = core.nodes();
            ofNodes.entrySet().removeIf(entry -> {
                boolean isGone = present.stream().noneMatch(node -> node == entry.getKey());
                if (isGone) {
                    entry.getValue().forEach(registry::remove);
                }
                return isGone;
            });
            for (RoutedNode node : present) {
                if (!ofNodes.containsKey(node)) {
                    register(node, ofNodes.computeIfAbsent(node, added -> new ArrayList<>()));
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private void register(RoutedNode node, List<Meter> meters) {
        Tags ofNode = tags.and("node", node.name());
        for (Reason reason : Reason.values()) {
            Tags ofReason = ofNode.and("reason", reason.name().toLowerCase(Locale.ROOT));
            if (core.isRehearsing() || reason != Reason.REHEARSAL) {
                meters.add(counter(
                        "units",
                        "Units of work by the node that served them and the reason for the choice",
                        ofReason,
                        c -> node.servedFor(reason)));
            }
            if (core.isRehearsing() && reason != Reason.REHEARSAL) {
                meters.add(counter(
                        "rehearsed",
                        "Reads by the node that would have served them and the reason for the choice",
                        ofReason,
                        c -> node.rehearsedFor(reason)));
            }
        }
        for (Role role : Role.values()) {
            meters.add(gauge(
                    "role",
                    "1 for the role that the node was found in",
                    ofNode.and("role", role.name().toLowerCase(Locale.ROOT)),
                    c -> c.overview().role(node) == role ? 1 : 0));
        }
        meters.add(pool("most", "Connections that the pool may hold now", ofNode, node, PoolStatus::most));
        meters.add(pool("open", "Connections that the pool holds", ofNode, node, PoolStatus::open));
        meters.add(pool("used", "Pooled connections in use", ofNode, node, PoolStatus::used));
        meters.add(pool("waiting", "Threads that wait for a connection", ofNode, node, PoolStatus::waiting));
        meters.add(
                pool("slots", "Connections that the pools of all instances may hold", ofNode, node, PoolStatus::slots));
        meters.add(pool(
                "instances",
                "Instances that share the server",
                ofNode,
                node,
                status -> status.fleet().size()));
        meters.add(gauge("in.flight", "Connections in use", ofNode, c -> node.inFlight()));
        meters.add(
                Gauge.builder("dbops.routing.staleness", core, c -> c.overview().stalenessSeconds(node))
                        .description("How far behind its primary a replica may be at most")
                        .baseUnit("seconds")
                        .tags(ofNode)
                        .register(registry));
    }

    /** NaN until the pool is open, and for one that cannot tell. */
    private Meter pool(String name, String description, Tags with, RoutedNode node, ToIntFunction<PoolStatus> value) {
        return Gauge.builder(
                        "dbops.pool." + name,
                        node,
                        n -> n.poolStatus()
                                .map(status -> (double) value.applyAsInt(status))
                                .orElse(Double.NaN))
                .description(description)
                .tags(with)
                .register(registry);
    }

    private Meter counter(String name, String description, Tags with, ToDoubleFunction<RouterCore> value) {
        return FunctionCounter.builder("dbops.routing." + name, core, value)
                .description(description)
                .tags(with)
                .register(registry);
    }

    private Meter gauge(String name, String description, Tags with, ToDoubleFunction<RouterCore> value) {
        return Gauge.builder("dbops.routing." + name, core, value)
                .description(description)
                .tags(with)
                .register(registry);
    }

    @Override
    public void close() {
        changing.lock();
        try {
            closed = true;
            ofRouter.forEach(registry::remove);
            ofRouter.clear();
            ofNodes.values().forEach(meters -> meters.forEach(registry::remove));
            ofNodes.clear();
        } finally {
            changing.unlock();
        }
    }
}
