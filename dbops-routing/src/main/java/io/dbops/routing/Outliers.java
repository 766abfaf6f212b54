package io.dbops.routing;

import io.dbops.routing.Health.Standing;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells replicas that answer slowly, or not, from the rest, and what they are compared with: each other.
 *
 * <p>What is slow everywhere says nothing of a node. So unless the application has said what is slow, an answer is if it
 * takes four times as long as is usual on the other replicas, and 20 ms: below that a difference hurts nobody. A replica
 * that is alone has nothing to be compared with. Thread-safe.
 */
final class Outliers {

    private static final Logger LOG = LoggerFactory.getLogger(Outliers.class);

    private static final long TIMES = 4;
    private static final long LEAST = Duration.ofMillis(20).toNanos();

    private final @Nullable Duration slowAfter;
    private final Supplier<Snapshot> snapshot;
    private final Runnable changed;

    /**
     * @param slowAfter what takes this long is slow, or {@code null}
     * @param snapshot what is known of all nodes
     * @param changed to be run when a node enters or leaves the rotation by what the application has seen
     */
    Outliers(@Nullable Duration slowAfter, Supplier<Snapshot> snapshot, Runnable changed) {
        this.slowAfter = slowAfter;
        this.snapshot = snapshot;
        this.changed = changed;
    }

    /** The watch on a replica was answered; what follows is published with the answer. */
    void probed(RoutedNode node, long nanos) {
        Standing before = node.health().standing();
        node.health().probed(nanos, isSlow(node, nanos, Health::probeNanos));
        tell(node, before);
    }

    /** The watch on a node was not answered, which is told already. That of the primary concerns its succession. */
    void probeFailed(RoutedNode node) {
        if (snapshot.get().primary != node) {
            node.health().probeFailed();
        }
    }

    /** A replica has answered the application. */
    void served(RoutedNode node, long nanos) {
        Standing before = node.health().standing();
        node.health().served(nanos, isSlow(node, nanos, Health::answerNanos));
        publish(node, before);
    }

    /** A replica gave the application no connection, or broke one. */
    void failed(RoutedNode node) {
        Standing before = node.health().standing();
        node.health().failed();
        publish(node, before);
    }

    private boolean isSlow(RoutedNode node, long nanos, ToLongFunction<Health> latency) {
        if (slowAfter != null) {
            return nanos >= slowAfter.toNanos();
        }
        if (nanos < LEAST) {
            return false;
        }
        long[] others = Arrays.stream(snapshot.get().reachable)
                .filter(view -> view.node != node)
                .mapToLong(view -> latency.applyAsLong(view.node.health()))
                .filter(average -> average >= 0)
                .sorted()
                .toArray();
        // Of an even number the lower one in the middle: of two others, one may be slow as well.
        return others.length > 0 && nanos >= TIMES * others[(others.length - 1) / 2];
    }

    private void publish(RoutedNode node, Standing before) {
        if (tell(node, before)) {
            changed.run();
        }
    }

    private static boolean tell(RoutedNode node, Standing before) {
        Standing now = node.health().standing();
        if (now == before) {
            return false;
        }
        if (now == Standing.OUT && before == Standing.IN) {
            LOG.warn(
                    "Node {} is slow or fails, at {} ms for an answer: other replicas serve while they can",
                    node,
                    node.health().micros() / 1_000);
        } else if (now == Standing.IN) {
            LOG.info("Node {} answers well again, and returns little by little", node);
        } else {
            LOG.debug("Node {} is {}, was {}", node, now, before);
        }
        return true;
    }
}
