package io.dbops.routing;

import io.dbops.dialect.Backend;
import io.dbops.dialect.ServerIdentity;
import java.lang.ref.WeakReference;
import java.sql.Connection;

/**
 * What is known of one physical connection for its whole life: which server process is at its other end, and an
 * instant at which it existed already.
 *
 * <p>A connection cannot survive a restart of its server. So if the server was observed after the connection existed,
 * and is the same server, what was observed still holds of what the connection reads: replay never goes back within
 * the run of a server.
 */
final class Stamp extends WeakReference<Connection> {

    final RoutedNode node;
    final Backend backend;
    /** The server of the backend, as {@link RoutedNode#sharing} has it. */
    final ServerIdentity server;

    final long createdAt;

    /** Whether the connection is known to be lost. Written by whoever holds it. */
    boolean lost;

    Stamp(RoutedNode node, Connection physical, Backend backend, long createdAt) {
        super(physical);
        this.node = node;
        this.backend = backend;
        server = node.sharing(backend.server());
        this.createdAt = createdAt;
    }
}
