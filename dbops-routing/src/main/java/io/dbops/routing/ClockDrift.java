package io.dbops.routing;

import io.dbops.time.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether the machine was suspended, or its clock set, by how the wall clock and the running time drift apart.
 *
 * <p>Not thread-safe: guarded by the {@link Monitor}.
 */
final class ClockDrift {

    private static final Logger LOG = LoggerFactory.getLogger(ClockDrift.class);
    private static final long MOST_MILLIS = 1_000;

    private final Clock clock;
    private long drift;

    ClockDrift(Clock clock) {
        this.clock = clock;
        drift = current();
    }

    /** Whether the clocks have drifted apart by more than a second since this was asked last. */
    boolean hasJumped() {
        long now = current();
        boolean jumped = Math.abs(now - drift) > MOST_MILLIS;
        if (jumped) {
            LOG.warn(
                    "The wall clock went {} ms off the running time: the machine was suspended or its clock was set;"
                            + " all freshness is measured anew",
                    now - drift);
        }
        drift = now;
        return jumped;
    }

    private long current() {
        return clock.wallMillis() - TimeUnit.NANOSECONDS.toMillis(clock.nanos());
    }
}
