package io.dbops.routing;

import io.dbops.dialect.ServerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server behind a node's name is one of the cluster that is followed, and no other node's.
 *
 * <p>Not thread-safe: guarded by the {@link Monitor}.
 */
final class ServerCheck {

    private static final String FOREIGN = "it belongs to another cluster than the other nodes; it is left alone";

    private final Leadership leadership;
    /** The cluster that is followed, once there was a primary. */
    private @Nullable String systemId;

    ServerCheck(Leadership leadership) {
        this.leadership = leadership;
    }

    /** Follows the cluster of a primary from now on. */
    void follow(ServerIdentity primary) {
        systemId = primary.systemId();
    }

    /** Why nothing is to be concluded of what a server answered by a node's name, if so. */
    @Nullable
    String objection(RoutedNode node, ServerIdentity server, Snapshot snapshot) {
        RoutedNode twin = twin(node, server, snapshot);
        if (twin != null) {
            return "it is the same server as " + twin + "; give each server one name";
        }
        return isOfThisCluster(server, snapshot) ? null : FOREIGN;
    }

    /** A node before this one that is the same server. */
    private @Nullable RoutedNode twin(RoutedNode node, ServerIdentity server, Snapshot snapshot) {
        if (leadership.leadsAsAnother(node, server)) {
            // Though the leader itself may not have answered last time.
            return leadership.leader();
        }
        for (NodeView view : snapshot.known()) {
            if (view.node != node && view.server != null && view.server.isSameRunAs(server)) {
                return view.node;
            }
        }
        return null;
    }

    private boolean isOfThisCluster(ServerIdentity server, Snapshot snapshot) {
        if (systemId != null) {
            return systemId.equals(server.systemId());
        }
        for (NodeView view : snapshot.known()) {
            if (view.server != null && !view.server.systemId().equals(server.systemId())) {
                return false;
            }
        }
        return true;
    }
}
