package io.dbops.routing;

import io.dbops.Discovery;
import io.dbops.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for nodes regularly, on a thread of its own, and adds and removes them.
 *
 * <p>A node that was found is removed when it was missing twice in a row, so that one bad answer costs nothing. Nodes
 * that were given, and the primary, are never removed.
 */
final class DiscoveryWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DiscoveryWatch.class);

    private static final int MISSING_ENOUGH = 2;

    private final Discovery discovery;
    private final long every;
    private final RouterCore core;
    private final WatchThread thread;
    /** How often each node that was found has been missing since. */
    private final Map<String, Integer> missing = new HashMap<>();

    private boolean failing;

    DiscoveryWatch(Discovering discovering, RouterCore core, String application) {
        discovery = discovering.discovery();
        every = discovering.every().toNanos();
        this.core = core;
        thread = new WatchThread("dbops-" + application + "-discovery", this::round);
    }

    void start() {
        thread.start();
    }

    private void round() {
        try {
            look();
            failing = false;
        } catch (Throwable e) {
            failed(e);
        }
        if (!thread.isStopped()) {
            core.clock().park(every);
        }
        // Whatever has interrupted this thread, only closing ends it.
        Thread.interrupted();
    }

    private void look() throws Exception {
        Collection<Node> found = discovery.nodes(core.inquiry()::standbys);
        if (found.isEmpty()) {
            throw new IllegalStateException("it found no node at all");
        }
        var names = new HashSet<String>();
        for (Node node : found) {
            names.add(node.name());
            if (!core.hasNode(node.name())) {
                core.changes().add(node);
                missing.put(node.name(), 0);
            }
        }
        removeMissing(names);
    }

    private void removeMissing(Set<String> names) {
        for (String name : Set.copyOf(missing.keySet())) {
            int times = names.contains(name) ? 0 : missing.merge(name, 1, Integer::sum);
            missing.put(name, times);
            RoutedNode primary = core.monitor().snapshot().primary;
            boolean isPrimary = primary != null && primary.name().equals(name);
            if (times >= MISSING_ENOUGH && !isPrimary) {
                missing.remove(name);
                if (core.hasNode(name)) {
                    core.changes().remove(name);
                }
            }
        }
    }

    private void failed(Throwable error) {
        if (!failing && !thread.isStopped()) {
            LOG.warn("Nodes could not be looked for, and stay as they are: {}", error.toString());
        }
        LOG.debug("Nodes could not be looked for", error);
        failing = true;
    }

    @Override
    public void close() {
        thread.close();
    }
}
