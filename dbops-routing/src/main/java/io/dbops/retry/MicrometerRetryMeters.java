package io.dbops.retry;

import io.dbops.dialect.Diagnosis;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.Unit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts by name of the unit, in Micrometer:
 *
 * <ul>
 *   <li>{@code dbops.transactions}: units, by {@code outcome}, {@code committed} or {@code failed};
 *   <li>{@code dbops.transactions.retries}: attempts after the first, by {@code error}, the class of what failed;
 *   <li>{@code dbops.transactions.resolved}: commits without an answer, by {@code outcome};
 *   <li>{@code dbops.transactions.waits}: units that waited for their turn at a gate;
 *   <li>{@code dbops.transactions.deadlocks}: attempts that the server ended to resolve a deadlock.
 * </ul>
 */
final class MicrometerRetryMeters implements RetryMeters {

    private static final Logger LOG = LoggerFactory.getLogger(MicrometerRetryMeters.class);
    private static final String UNITS = "dbops.transactions";
    private static final String UNNAMED = "unnamed";

    /** Names are to be few; who gives each unit one of its own shall not fill the registry. */
    private static final int MOST_NAMES = 500;

    private static final String OTHERS = "others";

    private final String application;
    private final MeterRegistry registry;
    private final ConcurrentHashMap<String, Counts> byName = new ConcurrentHashMap<>();
    /** What is to be removed at the end. A unit may still end after that, and must leave nothing behind. */
    private final Set<Meter> registered = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;
    private volatile boolean refused;

    MicrometerRetryMeters(String application, MeterRegistry registry) {
        this.application = application;
        this.registry = registry;
    }

    /** The counters that nearly every unit needs. */
    private record Counts(String name, Counter committed, Counter failed) {}

    private Counts of(Unit unit) {
        String name = unit.name() == null ? UNNAMED : unit.name();
        Counts known = byName.get(name);
        if (known != null) {
            return known;
        }
        String counted = byName.size() < MOST_NAMES ? name : OTHERS;
        return byName.computeIfAbsent(counted, key -> new Counts(key, units(key, "committed"), units(key, "failed")));
    }

    private Counter units(String name, String outcome) {
        return register(Counter.builder(UNITS)
                .description("Units of work")
                .tags("db", application, "name", name, "outcome", outcome));
    }

    private Counter counter(String meter, String description, Unit unit, String tag, String value) {
        return register(Counter.builder(UNITS + meter)
                .description(description)
                .tags("db", application, "name", of(unit).name(), tag, value));
    }

    private Counter register(Counter.Builder builder) {
        Counter counter = builder.register(registry);
        registered.add(counter);
        if (closed) {
            registry.remove(counter);
        }
        return counter;
    }

    @Override
    public void committed(Unit unit) {
        count(() -> of(unit).committed());
    }

    @Override
    public void failed(Unit unit) {
        count(() -> of(unit).failed());
    }

    @Override
    public void retried(Unit unit, Diagnosis diagnosis) {
        count(() -> counter(".retries", "Attempts after the first", unit, "error", tag(diagnosis.errorClass())));
    }

    @Override
    public void resolved(Unit unit, CommitOutcome outcome) {
        String name = outcome.isCommitted() ? "committed" : outcome.isKnown() ? "rolled_back" : "unknown";
        count(() -> counter(".resolved", "Commits without an answer", unit, "outcome", name));
    }

    @Override
    public void waited(Unit unit) {
        count(() -> register(Counter.builder(UNITS + ".waits")
                .description("Units that waited for their turn at a gate")
                .tags("db", application, "name", of(unit).name())));
    }

    @Override
    public void deadlocked(Unit unit) {
        count(() -> register(Counter.builder(UNITS + ".deadlocks")
                .description("Attempts that the server ended to resolve a deadlock")
                .tags("db", application, "name", of(unit).name())));
    }

    @Override
    public void close() {
        closed = true;
        registered.forEach(registry::remove);
    }

    /** A registry that refuses a meter is no reason to tell the caller of a committed unit that it failed. */
    private void count(Supplier<Counter> counter) {
        try {
            counter.get().increment();
        } catch (RuntimeException e) {
            if (refused) {
                LOG.debug("A unit is not counted", e);
            } else {
                refused = true;
                LOG.warn("Units are not counted: the registry refuses their meters", e);
            }
        }
    }

    private static String tag(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
