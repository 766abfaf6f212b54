package io.dbops.dialect;

import static java.util.Objects.requireNonNull;

/**
 * Which run of which server process answers: what tells two servers behind one name apart, and a server from itself
 * after a restart.
 *
 * @param systemId the cluster's identifier; the same on a primary and all its physical replicas
 * @param startedAt when the server process started, in the server's own words
 * @param address the server's address as the server sees it, empty on a Unix socket
 * @param port the server's port as the server sees it, 0 on a Unix socket
 */
public record ServerIdentity(String systemId, String startedAt, String address, int port) {

    /** Checks the components. */
    public ServerIdentity {
        requireNonNull(systemId, "systemId");
        requireNonNull(startedAt, "startedAt");
        requireNonNull(address, "address");
    }

    /**
     * Whether two identities are of the same run of the same server. The address does not count, for one server may
     * be reached by several; that two servers of a cluster started in the same microsecond is not expected.
     *
     * @param other another identity
     * @return {@code true} if cluster and start are the same
     */
    @SuppressWarnings("ReferenceEquality") // spares the comparison of two equal texts, on the way of each read
    public boolean isSameRunAs(ServerIdentity other) {
        return this == other || (startedAt.equals(other.startedAt) && systemId.equals(other.systemId));
    }
}
