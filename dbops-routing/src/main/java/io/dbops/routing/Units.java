package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How units of work are run, wherever that is.
 *
 * @param rehearsed whether all run on the primary, and where they would have gone is only counted
 * @param deadline how long a statement may take to be answered; {@code null} for as long as it takes
 */
record Units(boolean rehearsed, @Nullable Duration deadline) {

    static final Units DEFAULT = new Units(false, null);

    Units {
        if (deadline != null && (deadline.toMillis() < 1 || deadline.toMillis() > Integer.MAX_VALUE)) {
            throw new IllegalArgumentException("statementsWithin (" + deadline + "): must be 1 ms to "
                    + Duration.ofMillis(Integer.MAX_VALUE).toDays() + " days");
        }
    }

    Units rehearsing() {
        return new Units(true, deadline);
    }

    Units deadline(Duration changed) {
        return new Units(rehearsed, requireNonNull(changed, "deadline"));
    }

    /** The deadline in milliseconds, or 0 if there is none. */
    int deadlineMillis() {
        return deadline == null ? 0 : Math.toIntExact(deadline.toMillis());
    }
}
