package io.dbops.routing;

import io.dbops.Freshness;
import io.dbops.NodeStatus;
import io.dbops.PoolStatus;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Topology;
import io.dbops.dialect.Role;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What a router knows and has done, as values and in words. Asks no server. Thread-safe. */
final class Overview {

    private final Monitor monitor;
    private final Clock clock;
    private final Supplier<List<RoutedNode>> nodes;

    Overview(Monitor monitor, Clock clock, Supplier<List<RoutedNode>> nodes) {
        this.monitor = monitor;
        this.clock = clock;
        this.nodes = nodes;
    }

    List<PoolStatus> pools() {
        return Arrays.stream(monitor.snapshot().known())
                .flatMap(view -> view.node.poolStatus().stream())
                .toList();
    }

    Topology topology() {
        Snapshot snapshot = monitor.snapshot();
        long now = clock.nanos();
        var statuses = new ArrayList<NodeStatus>();
        for (NodeView view : snapshot.known()) {
            // Who takes writes, but is not to be written to, is not the primary.
            boolean disputed = view.role == Role.PRIMARY && snapshot.primary != view.node;
            statuses.add(new NodeStatus(
                    view.node.name(),
                    disputed ? Role.UNKNOWN : view.role,
                    disputed ? new Freshness.Unknown(snapshot.whyNoPrimary) : freshness(view, now),
                    view.node.servedInAll(),
                    view.node.isDrained()));
        }
        Optional<String> whyNoPrimary =
                snapshot.primary == null ? Optional.of(snapshot.whyNoPrimary) : Optional.empty();
        return new Topology(snapshot.epoch.number(), whyNoPrimary, statuses);
    }

    private static Freshness freshness(NodeView view, long now) {
        if (view.role == Role.PRIMARY) {
            return new Freshness.Known(Duration.ZERO);
        }
        return view.measured
                ? new Freshness.Known(Duration.ofNanos(Math.max(0, now - view.freshAsOf)))
                : new Freshness.Unknown(view.reason);
    }

    /** The role that a node was found in. */
    Role role(RoutedNode node) {
        Snapshot snapshot = monitor.snapshot();
        NodeView view = snapshot.view(node);
        boolean disputed = view != null && view.role == Role.PRIMARY && snapshot.primary != node;
        return view == null || disputed ? Role.UNKNOWN : view.role;
    }

    /** A replica's bound, or NaN for what is not known or not a replica. */
    double stalenessSeconds(RoutedNode node) {
        NodeView view = monitor.snapshot().view(node);
        return view != null && view.measured ? Math.max(0, clock.nanos() - view.freshAsOf) / 1e9 : Double.NaN;
    }

    /** Every node and how far behind it is, for a message. */
    String describe(SessionState session) {
        var text = new StringBuilder();
        for (NodeView view : monitor.snapshot().known()) {
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
        for (RoutedNode node : nodes.get()) {
            var byReason = new EnumMap<Reason, Long>(Reason.class);
            for (Reason reason : Reason.values()) {
                long served = reason == Reason.REHEARSAL ? 0 : node.servedFor(reason);
                long count = served + node.rehearsedFor(reason);
                if (count > 0) {
                    byReason.put(reason, count);
                }
            }
            byReason.forEach((reason, count) -> counts.put(new RoutingDecision(node.name(), reason), count));
        }
        return counts;
    }
}
