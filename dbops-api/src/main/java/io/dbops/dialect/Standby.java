package io.dbops.dialect;

import static java.util.Objects.requireNonNull;

/**
 * A server that streams from a primary, as the primary sees it.
 *
 * @param name what the standby calls itself: on PostgreSQL its {@code application_name}, by default the cluster's name
 *     or {@code walreceiver}, and so not always unique
 * @param address the address its connection comes from; the port it listens on is not known
 */
public record Standby(String name, String address) {

    /** Checks the components. */
    public Standby {
        requireNonNull(name, "name");
        requireNonNull(address, "address");
    }
}
