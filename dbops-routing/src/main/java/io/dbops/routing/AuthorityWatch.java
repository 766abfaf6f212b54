package io.dbops.routing;

import io.dbops.Authority;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the authority who is primary, regularly and more often while no primary is heard of, on a thread of its own.
 *
 * <p>An answer is a decision: it settles who leads where the servers alone do not, and it takes the lead from a primary
 * that the authority does not name, such as one that is cut off from the rest and does not know it. While the authority
 * does not answer, the servers decide as they would without one, which is never for one of two.
 */
final class AuthorityWatch implements Runnable, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityWatch.class);

    private static final long REGULARLY = Duration.ofSeconds(1).toNanos();
    private static final long IN_OUTAGE = Duration.ofMillis(250).toNanos();

    /** An answer counts for so long. */
    private static final long VALID = Duration.ofSeconds(10).toNanos();

    private static final long CLOSE_WITHIN_MILLIS = 1_000;

    private final Authority authority;
    private final RouterCore core;
    private final Thread thread;
    private volatile boolean closed;
    private boolean failing;
    private long answeredAt;

    AuthorityWatch(Authority authority, RouterCore core, String application) {
        this.authority = authority;
        this.core = core;
        thread = new Thread(this, "dbops-" + application + "-authority");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void run() {
        while (!closed) {
            try {
                ask();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception | LinkageError e) {
                failed(e);
            }
            core.tellNews();
            if (!closed && !Thread.interrupted()) {
                core.clock().park(core.monitor().snapshot().outage ? IN_OUTAGE : REGULARLY);
            }
        }
    }

    private void ask() throws Exception {
        Set<String> names = core.nodes().stream().map(RoutedNode::name).collect(Collectors.toUnmodifiableSet());
        Optional<String> answer = authority.primary(names);
        answeredAt = core.clock().nanos();
        core.monitor().named(answer.map(this::node).orElse(null));
        if (failing) {
            failing = false;
            LOG.info("The authority answers again");
        }
    }

    private @Nullable RoutedNode node(String name) {
        return core.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the authority names \"" + name + "\", which is no node"));
    }

    private void failed(Throwable error) {
        if (!failing && !closed) {
            failing = true;
            LOG.warn("The authority does not say who is primary, and is asked again: {}", error.toString());
        }
        LOG.debug("The authority failed", error);
        if (core.clock().nanos() - answeredAt > VALID) {
            core.monitor().named(null);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_WITHIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
