package io.dbops.retry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dbops.dialect.Dialect;
import io.dbops.routing.jdbc.Occupants;
import io.dbops.routing.jdbc.Occupants.Sighting;
import io.dbops.routing.jdbc.Witness;
import io.dbops.tx.RunningUnit;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which units of work had which connections of a data source of late, where the driver tells the number of the server
 * process. Forgets a connection with its object. Nobody else is asked. Thread-safe.
 */
final class Seats implements Witness {

    /** By the identity of the driver's connection. */
    private final Cache<Connection, Seat> seats =
            Caffeine.newBuilder().weakKeys().build();

    /** A connection's server process, and who had it. */
    record Seat(long pid, Occupants occupants) {}

    /** The seat of a connection; {@code null} if the driver does not tell. */
    @Nullable
    Seat of(Connection pooled, Dialect dialect) {
        try {
            Connection physical = pooled.isWrapperFor(Connection.class) ? pooled.unwrap(Connection.class) : pooled;
            Seat seat = seats.getIfPresent(physical);
            if (seat == null) {
                OptionalLong pid = dialect.pid(pooled);
                seat = pid.isPresent() ? new Seat(pid.getAsLong(), new Occupants()) : null;
                if (seat != null) {
                    seats.put(physical, seat);
                }
            }
            return seat;
        } catch (SQLException e) {
            return null;
        }
    }

    @Override
    public @Nullable Scene sceneOf(RunningUnit unit) {
        for (Seat seat : seats.asMap().values()) {
            if (seat.occupants.had(unit) && seat.occupants.conflictAt() != 0) {
                return new Scene(null, seat.pid, seat.occupants.conflictAt());
            }
        }
        return null;
    }

    @Override
    public @Nullable Sighting seen(Scene scene, long pid, boolean blocker) {
        Sighting seen = null;
        for (Seat seat : seats.asMap().values()) {
            if (seat.pid == pid) {
                seen = Sighting.of(seen, seat.occupants.atDeadlock(scene.instant(), blocker));
            }
        }
        return seen;
    }

    @Override
    public String ask(Scene scene, Set<Long> pids, long blocker, Consumer<Map<Long, Testimony>> then) {
        return "there is nobody to ask without a router";
    }
}
