package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Role;

/**
 * One node as its monitor last saw it.
 *
 * @param name the name it was given
 * @param role the role it was found in
 * @param freshness how far behind it may be now; zero for the primary
 * @param reads units of work it has served for the router since the router was opened
 */
public record NodeStatus(String name, Role role, Freshness freshness, long reads) {

    /** Checks the components. */
    public NodeStatus {
        requireNonNull(name, "name");
        requireNonNull(role, "role");
        requireNonNull(freshness, "freshness");
    }
}
