package io.dbops.dialect;

import static java.util.Objects.requireNonNull;

/**
 * How many connections a server lets one role open to one database.
 *
 * @param usable the number, after all that is reserved for others; connections that exist already are not subtracted
 * @param arithmetic how the number came about, for messages: {@code max_connections 100, reserved 3}
 */
public record ConnectionLimits(int usable, String arithmetic) {

    /** Checks the components. */
    public ConnectionLimits {
        requireNonNull(arithmetic, "arithmetic");
    }
}
