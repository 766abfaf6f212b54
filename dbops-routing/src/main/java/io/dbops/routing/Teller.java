package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.time.Clock;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the log and the application's listener what changed, one event after another.
 *
 * <p>Events come from several threads. Whoever finds nobody telling tells all there are; others leave theirs there and
 * go on. So the listener hears them in order and never two at once, is called without locks, and keeps one thread at
 * most if it is slow. Thread-safe.
 */
final class Teller {

    private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

    private final Consumer<? super ClusterEvent> listener;
    private final Supplier<@Nullable ClusterEvent> concluded;
    private final EventLog log;
    private final Queue<ClusterEvent> untold = new ConcurrentLinkedQueue<>();
    /** How often it was asked for since somebody began to tell; 0 while nobody does. */
    private final AtomicInteger asked = new AtomicInteger();

    private final Map<Class<?>, LongAdder> told = new ConcurrentHashMap<>();

    /**
     * Makes one.
     *
     * @param listener who is told, beside the log
     * @param concluded gives what else there is to tell, or {@code null}
     * @param clock measures the quiet time
     */
    Teller(Consumer<? super ClusterEvent> listener, Supplier<@Nullable ClusterEvent> concluded, Clock clock) {
        this.listener = listener;
        this.concluded = concluded;
        log = new EventLog(clock);
    }

    /** Tells an event. Returns before it is told if another thread is telling. */
    void tell(ClusterEvent event) {
        untold.add(event);
        tellNews();
    }

    /** Tells what there is. */
    void tellNews() {
        if (asked.getAndIncrement() == 0) {
            int answered = 1;
            while (answered != 0) {
                for (ClusterEvent event = next(); event != null; event = next()) {
                    tellNow(event);
                }
                log.catchUp();
                answered = asked.addAndGet(-answered);
            }
        }
    }

    private @Nullable ClusterEvent next() {
        ClusterEvent event = untold.poll();
        return event == null ? concluded.get() : event;
    }

    private void tellNow(ClusterEvent event) {
        boolean isNews = log.note(event);
        if (isNews || !(event instanceof ClusterEvent.SeveralServers)) {
            told.computeIfAbsent(event.getClass(), type -> new LongAdder()).increment();
            try {
                listener.accept(event);
            } catch (Throwable e) {
                // Even an error: nobody would ever be told anything again.
                LOG.warn("The listener failed at: {}", event.message(), e);
            }
        }
    }

    /** How many events of a kind were told. */
    long told(Class<? extends ClusterEvent> type) {
        LongAdder count = told.get(type);
        return count == null ? 0 : count.sum();
    }
}
