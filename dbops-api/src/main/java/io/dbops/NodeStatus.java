package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Role;

/**
 * One node as its monitor last saw it.
 *
 * @param name the name it was given
 * @param role the role it was found in
 * @param freshness how far behind it may be now; zero for the primary
 * @param units units of work that began on it since the router was opened; in autocommit mode each statement is one
 * @param drained whether no unit of work begins on it, see {@link Router#drain}
 */
public record NodeStatus(String name, Role role, Freshness freshness, long units, boolean drained) {

    /** Checks the components. */
    public NodeStatus {
        requireNonNull(name, "name");
        requireNonNull(role, "role");
        requireNonNull(freshness, "freshness");
    }
}
