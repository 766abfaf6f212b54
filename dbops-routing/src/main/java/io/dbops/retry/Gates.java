package io.dbops.retry;

import io.dbops.time.Clock;
import io.dbops.tx.Unit;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gates of units that were in conflict of late, by name and key; units without a name by their place in the program.
 * While nothing is in conflict there are none, and asking costs one volatile read.
 *
 * <p>Thread-safe.
 */
final class Gates {

    /** How long a gate stays after the last conflict. */
    private static final long KEPT = Duration.ofSeconds(10).toNanos();

    /** So many at once are not hot spots: more get none. */
    private static final int MOST = 1_000;

    private final ConcurrentHashMap<Place, Gate> gates = new ConcurrentHashMap<>();
    private final Clock clock;
    private volatile boolean calm = true;
    private volatile long swept;

    Gates(Clock clock) {
        this.clock = clock;
    }

    private record Place(Object where, @Nullable Object key) {
        static Place of(Unit unit, Class<?> site) {
            String name = unit.name();
            return new Place(name == null ? site : name, unit.key());
        }
    }

    /** The gate that a unit is to pass, if there is one. */
    @Nullable
    Gate find(Unit unit, Class<?> site) {
        if (calm) {
            return null;
        }
        calmDown();
        return gates.get(Place.of(unit, site));
    }

    /**
     * A unit was in conflict that had not passed a gate.
     *
     * @param nanos what its attempt took
     */
    void conflicted(Unit unit, Class<?> site, long nanos) {
        sweep();
        Place place = Place.of(unit, site);
        Gate gate = gates.get(place);
        if (gate != null) {
            gate.conflictOutside(nanos);
        } else if (gates.size() < MOST) {
            gates.putIfAbsent(place, new Gate(nanos, clock));
            calm = false;
        }
    }

    /** Takes away gates that nobody needs any more. */
    private void sweep() {
        long now = clock.nanos();
        if (now - swept > KEPT) {
            swept = now;
            gates.values().removeIf(gate -> gate.isForgotten(KEPT));
        }
    }

    /** Called after an attempt that passed a gate: where all is well again, there is none. */
    void calmDown() {
        sweep();
        if (gates.isEmpty()) {
            calm = true;
            if (!gates.isEmpty()) {
                // One came meanwhile.
                calm = false;
            }
        }
    }

    int count() {
        return gates.size();
    }
}
