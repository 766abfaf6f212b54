package io.dbops.routing;

import io.dbops.RoutingDecision.Reason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A router's counters and gauges in a registry, read when they are scraped; the read path pays nothing for them.
 *
 * <p>{@code dbops.routing.units} counts units of work by node and reason, {@code dbops.routing.unscoped} reads that
 * sessions could have sent to replicas, and {@code dbops.routing.staleness} is each replica's bound in seconds, NaN
 * while it is not known.
 */
final class Meters implements AutoCloseable {

    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();

    Meters(String application, RouterCore core, MeterRegistry registry) {
        this.registry = registry;
        try {
            register(application, core);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void register(String application, RouterCore core) {
        for (RoutedNode node : core.nodes()) {
            Tags tags = Tags.of("db", application, "node", node.name());
            for (Reason reason : Reason.values()) {
                meters.add(FunctionCounter.builder("dbops.routing.units", node, n -> n.servedFor(reason))
                        .description("Units of work by the node that served them and the reason for the choice")
                        .tags(tags.and("reason", reason.name().toLowerCase(Locale.ROOT)))
                        .register(registry));
            }
            meters.add(Gauge.builder("dbops.routing.staleness", core, c -> c.stalenessSeconds(node))
                    .description("How far behind its primary a replica may be at most")
                    .baseUnit("seconds")
                    .tags(tags)
                    .register(registry));
        }
        meters.add(FunctionCounter.builder("dbops.routing.unscoped", core, RouterCore::unscoped)
                .description("Reads kept on the primary by a write of the process-wide session only")
                .tags("db", application)
                .register(registry));
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
        meters.clear();
    }
}
