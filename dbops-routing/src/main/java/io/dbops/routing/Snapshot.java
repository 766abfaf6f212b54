package io.dbops.routing;

import io.dbops.dialect.Role;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The whole topology at one moment: immutable, so that epoch, primary, roles and freshness change in one volatile
 * write.
 */
final class Snapshot {

    final Epoch epoch;
    /** The node that may be written to. */
    final @Nullable RoutedNode primary;
    /** Why there is no primary, where there is none. */
    final String whyNoPrimary;
    /** Whether the primary is not known, or nothing is heard of it. */
    final boolean outage;
    /** Whether nothing listens at the primary's address. */
    final boolean deserted;
    /** All nodes, by {@link RoutedNode#index}; nothing where one was removed. */
    final @Nullable NodeView[] views;
    /** Replicas that were within the router's bound when this was published. */
    final NodeView[] fresh;
    /** Replicas whose freshness is known. */
    final NodeView[] measured;
    /** Replicas that answered last time. */
    final NodeView[] reachable;
    /** {@link #fresh} in the order of preference. */
    final Tiers freshTiers;
    /** {@link #measured} in the order of preference. */
    final Tiers measuredTiers;
    /** {@link #reachable} in the order of preference. */
    final Tiers reachableTiers;

    private final long maxStaleness;

    private Snapshot(
            Epoch epoch,
            @Nullable RoutedNode primary,
            String whyNoPrimary,
            boolean outage,
            boolean deserted,
            @Nullable NodeView[] views,
            long maxStaleness) {
        this.epoch = epoch;
        this.primary = primary;
        this.whyNoPrimary = whyNoPrimary;
        this.outage = outage;
        this.deserted = deserted;
        this.views = views;
        this.maxStaleness = maxStaleness;
        reachable = select(view -> view.role == Role.REPLICA);
        measured = select(view -> view.measured);
        fresh = select(view -> view.staleness() <= maxStaleness);
        reachableTiers = new Tiers(reachable);
        measuredTiers = measured.length == reachable.length ? reachableTiers : new Tiers(measured);
        freshTiers = fresh.length == measured.length ? measuredTiers : new Tiers(fresh);
    }

    /** Notes in all views how stale they are at an instant: so one observer that lives tells of those that do not. */
    void age(long now) {
        for (NodeView view : measured) {
            view.age(now);
        }
    }

    static Snapshot initial(long maxStaleness) {
        return new Snapshot(
                Epoch.NONE, null, "none was seen yet", true, false, new @Nullable NodeView[0], maxStaleness);
    }

    /** What is known of a node, or {@code null} if it is not part of the topology any more. */
    @Nullable
    NodeView view(RoutedNode node) {
        NodeView view = node.index() < views.length ? views[node.index()] : null;
        return view != null && view.node == node ? view : null;
    }

    /** All that is known of nodes, in their order. */
    NodeView[] known() {
        return Arrays.stream(views).filter(Objects::nonNull).toArray(NodeView[]::new);
    }

    /** With another view of a node, which is added if it is not there. */
    Snapshot with(NodeView view) {
        int index = view.node.index();
        @Nullable NodeView[] changed = Arrays.copyOf(views, Math.max(views.length, index + 1));
        changed[index] = view;
        return new Snapshot(epoch, primary, whyNoPrimary, outage, deserted, changed, maxStaleness);
    }

    Snapshot without(RoutedNode node) {
        @Nullable NodeView[] changed = views.clone();
        changed[node.index()] = null;
        return new Snapshot(epoch, primary, whyNoPrimary, outage, deserted, changed, maxStaleness);
    }

    /** Led otherwise. What was measured in the epoch stays: it is relative to the leader that was. */
    Snapshot led(@Nullable RoutedNode by, String why, boolean isOutage, boolean isDeserted) {
        return new Snapshot(epoch, by, why, isOutage, isDeserted, views, maxStaleness);
    }

    /** Under another epoch, or the same one measured anew: no measurement counts any more. */
    Snapshot under(Epoch next, String why) {
        @Nullable NodeView[] changed = views.clone();
        for (int i = 0; i < changed.length; i++) {
            NodeView view = changed[i];
            changed[i] = view == null ? null : view.forgotten(why);
        }
        return new Snapshot(next, primary, whyNoPrimary, outage, deserted, changed, maxStaleness);
    }

    private NodeView[] select(Predicate<NodeView> predicate) {
        return Arrays.stream(views)
                .filter(Objects::nonNull)
                .filter(view -> !view.node.isDrained())
                .filter(predicate)
                .toArray(NodeView[]::new);
    }
}
