package io.dbops.routing;

import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one node: part of an immutable {@link Snapshot}.
 *
 * <p>{@code freshAsOf} is the instant before which every commit acknowledged by the epoch's primary is visible on the
 * node; it means something only where {@code measured} is set. {@code observedAt} is an instant before the question
 * was sent that proved it.
 */
final class NodeView {

    final RoutedNode node;
    final Role role;
    final boolean measured;
    final long freshAsOf;
    final long observedAt;
    final @Nullable ServerIdentity server;
    /** Why the freshness is not known, where it is not. */
    final String reason;

    private NodeView(
            RoutedNode node,
            Role role,
            boolean measured,
            long freshAsOf,
            long observedAt,
            @Nullable ServerIdentity server,
            String reason) {
        this.node = node;
        this.role = role;
        this.measured = measured;
        this.freshAsOf = freshAsOf;
        this.observedAt = observedAt;
        this.server = server == null ? null : node.sharing(server);
        this.reason = reason;
    }

    static NodeView primary(RoutedNode node, long observedAt, ServerIdentity server) {
        return new NodeView(node, Role.PRIMARY, false, 0, observedAt, server, "it is the primary");
    }

    static NodeView measured(RoutedNode node, long freshAsOf, long observedAt, ServerIdentity server) {
        return new NodeView(node, Role.REPLICA, true, freshAsOf, observedAt, server, "");
    }

    static NodeView unmeasured(RoutedNode node, long observedAt, ServerIdentity server, String reason) {
        return new NodeView(node, Role.REPLICA, false, 0, observedAt, server, reason);
    }

    static NodeView unknown(RoutedNode node, String reason) {
        return new NodeView(node, Role.UNKNOWN, false, 0, 0, null, reason);
    }

    /** The same node after its measurements have lost their meaning. */
    NodeView forgotten(String why) {
        return role == Role.REPLICA && server != null ? unmeasured(node, observedAt, server, why) : this;
    }
}
