package io.dbops.routing;

import io.dbops.Authority;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
final class AuthorityWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuthorityWatch.class);

    private static final long REGULARLY = Duration.ofSeconds(1).toNanos();
    private static final long IN_OUTAGE = Duration.ofMillis(250).toNanos();

    /** It gets so long to answer, and is interrupted then. */
    private static final long WITHIN = Duration.ofSeconds(5).toNanos();

    /** An answer counts for so long. */
    private static final long VALID = Duration.ofSeconds(10).toNanos();

    private final Authority authority;
    private final RouterCore core;
    private final WatchThread thread;
    private final CompletableFuture<Void> firstAnswer = new CompletableFuture<>();
    private boolean failing;
    /** Since when it is being asked; -1 while it is not. */
    private volatile long askedAt = -1;

    private volatile long answeredAt;

    AuthorityWatch(Authority authority, RouterCore core, String application) {
        this.authority = authority;
        this.core = core;
        thread = new WatchThread("dbops-" + application + "-authority", this::round);
    }

    void start() {
        thread.start();
    }

    private void round() {
        try {
            ask();
        } catch (Throwable e) {
            failed(e);
        }
        firstAnswer.complete(null);
        core.tellNews();
        if (!thread.isStopped() && !Thread.interrupted()) {
            core.clock().park(core.monitor().snapshot().outage ? IN_OUTAGE : REGULARLY);
        }
    }

    private void ask() throws Exception {
        Set<String> names = core.nodes().stream().map(RoutedNode::name).collect(Collectors.toUnmodifiableSet());
        Optional<String> answer;
        // What interrupted the call before has come too late for it.
        Thread.interrupted();
        long since = core.clock().nanos();
        askedAt = since;
        try {
            answer = authority.primary(names);
        } finally {
            askedAt = -1;
        }
        long now = core.clock().nanos();
        if (now - since > WITHIN) {
            throw new IllegalStateException("it has not answered within " + Duration.ofNanos(WITHIN));
        }
        answeredAt = now;
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
        if (!failing && !thread.isStopped()) {
            failing = true;
            LOG.warn("The authority does not say who is primary, and is asked again: {}", error.toString());
        }
        LOG.debug("The authority failed", error);
        expire(core.clock().nanos());
    }

    private void expire(long now) {
        if (now - answeredAt > VALID) {
            core.monitor().named(null);
        }
    }

    /** Interrupts an authority that hangs, and drops its last answer when that is too old. Called by other threads. */
    void checkTime() {
        long since = askedAt;
        long now = core.clock().nanos();
        if (since >= 0 && now - since > WITHIN) {
            thread.interrupt();
            expire(now);
        }
    }

    /** Waits until it has answered, or failed, once; for a bounded time. */
    void awaitFirstAnswer(Duration within) {
        try {
            firstAnswer.get(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("The authority has not answered yet", e);
        }
    }

    @Override
    public void close() {
        thread.close();
    }
}
