package io.dbops.tx;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was asked for a unit of work, beside the work.
 *
 * @param name what it is called in meters, reports and log lines; {@code null} if it has no name
 * @param key units of one name that get in each other's way share it, such as the number of an account; {@code null}
 *     for all of that name
 * @param isolation how far it is kept from others; {@code null} for what the connection comes with
 * @param timeout how long it may take with all attempts and waits; {@code null} for no limit of its own
 * @param readOnly whether it is declared read-only
 * @param idempotent whether it may be done twice, so that a commit of unknown outcome may be tried again
 */
public record Unit(
        @Nullable String name,
        @Nullable Object key,
        @Nullable Isolation isolation,
        @Nullable Duration timeout,
        boolean readOnly,
        boolean idempotent) {

    static final Unit PLAIN = new Unit(null, null, null, null, false, false);

    /** Checks the values. */
    public Unit {
        if (name != null && name.isBlank()) {
            throw new IllegalArgumentException("name (\"" + name + "\"): must not be blank");
        }
        if (timeout != null
                && (timeout.isNegative() || timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("timeout (" + timeout + "): must be 1 ms to "
                    + Duration.ofMillis(Integer.MAX_VALUE).toDays() + " days");
        }
    }

    Unit named(String value) {
        return new Unit(value, key, isolation, timeout, readOnly, idempotent);
    }

    Unit keyed(Object value) {
        return new Unit(name, value, isolation, timeout, readOnly, idempotent);
    }

    Unit isolated(Isolation value) {
        return new Unit(name, key, value, timeout, readOnly, idempotent);
    }

    Unit within(Duration value) {
        return new Unit(name, key, isolation, value, readOnly, idempotent);
    }

    Unit reading(boolean value) {
        return value == readOnly ? this : new Unit(name, key, isolation, timeout, value, idempotent);
    }

    Unit repeatable() {
        return new Unit(name, key, isolation, timeout, readOnly, true);
    }

    @Override
    public String toString() {
        return name == null ? "a unit of work" : "unit of work \"" + name + "\"";
    }
}
