package io.dbops.dialect;

import static java.util.Objects.requireNonNull;

/**
 * The server's side of one connection.
 *
 * @param server the server that runs it
 * @param pid its process or thread number on that server
 * @param startedAt when it started, in the server's own words; tells it from a later one with the same number
 */
public record Backend(ServerIdentity server, long pid, String startedAt) {

    /** Checks the components. */
    public Backend {
        requireNonNull(server, "server");
        requireNonNull(startedAt, "startedAt");
    }
}
