package io.dbops.routing;

import io.dbops.ClusterEvent;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log and the application's listener what changed: once for each change, and not again and again where
 * something comes and goes. Thread-safe.
 */
final class Teller {

    private static final Logger LOG = LoggerFactory.getLogger("io.dbops.routing.events");

    /** The same event is told once in so long. */
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private static final int MOST_REMEMBERED = 256;

    private final Consumer<? super ClusterEvent> listener;
    private final Clock clock;
    private final Map<ClusterEvent, Long> told = new ConcurrentHashMap<>();

    Teller(Consumer<? super ClusterEvent> listener, Clock clock) {
        this.listener = listener;
        this.clock = clock;
    }

    void tell(ClusterEvent event) {
        boolean isNews = isNews(event);
        if (isNews) {
            log(event);
        }
        // Found again with each connection, this one is not a change each time.
        if (isNews || !(event instanceof ClusterEvent.SeveralServers)) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.warn("The listener failed at: {}", event.message(), e);
            }
        }
    }

    private boolean isNews(ClusterEvent event) {
        long now = clock.nanos();
        if (told.size() > MOST_REMEMBERED) {
            told.values().removeIf(at -> now - at > QUIET);
        }
        Long before = told.put(event, now);
        return before == null || now - before > QUIET || event instanceof ClusterEvent.PrimaryLost;
    }

    private static void log(ClusterEvent event) {
        if (event instanceof ClusterEvent.PrimaryFollowed || event instanceof ClusterEvent.NodeBack) {
            LOG.info("{}", event.message());
        } else {
            LOG.warn("{}", event.message());
        }
    }
}
