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
 *
 * <p>{@code staleness} is what time adds, noted by whoever reads the clock: how stale the node was found last. While the
 * view stays the same it only gets staler, so a view that was too stale once is so for good. All of this is immutable
 * but for two notes that need not be exact.
 */
final class NodeView {

    /** Whoever uses a view so rarely can afford to look at the clock each time. */
    private static final int LITTLE_USED = 16;

    final RoutedNode node;
    final Role role;
    final boolean measured;
    final long freshAsOf;
    final long observedAt;
    final @Nullable ServerIdentity server;
    /** Why the freshness is not known, where it is not. */
    final String reason;

    private volatile long staleness;

    /** Counted to {@link #LITTLE_USED} by threads that do not agree, and not written any more from there on. */
    private int uses;

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
        staleness = measured ? observedAt - freshAsOf : Long.MAX_VALUE;
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

    /** How stale the node is at least: without the clock. The largest number if that is not known. */
    long staleness() {
        return staleness;
    }

    /** Whether the node is within a bound at an instant; what is found not to be is remembered. */
    boolean isWithin(long bound, long now) {
        boolean within = measured && now - freshAsOf <= bound;
        if (!within) {
            age(now);
        }
        return within;
    }

    /** Notes how stale the node is at an instant. */
    void age(long now) {
        if (measured && now - freshAsOf > staleness) {
            staleness = now - freshAsOf;
        }
    }

    /** Whether this is one of the first uses of the view. */
    boolean isLittleUsed() {
        int before = uses;
        if (before < LITTLE_USED) {
            uses = before + 1;
            return true;
        }
        return false;
    }

    /** Whether a connection leads to where the node's name once led, and does not any more. */
    boolean isOutdated(Stamp stamp) {
        return isWatchedSince(stamp.createdAt);
    }

    /** Whether the watch has found out, over a connection that is younger than this, where the node's name leads. */
    boolean isWatchedSince(long instant) {
        long watchedSince = node.watchedSince();
        return watchedSince > instant && watchedSince < observedAt;
    }

    /** The same node after its measurements have lost their meaning. */
    NodeView forgotten(String why) {
        return role == Role.REPLICA && server != null ? unmeasured(node, observedAt, server, why) : this;
    }
}
