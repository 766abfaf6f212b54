package io.dbops.routing;

import io.dbops.dialect.Role;
import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The whole topology at one moment: immutable, so that epoch, primary, roles and freshness change in one volatile
 * write.
 */
final class Snapshot {

    final Epoch epoch;
    final @Nullable RoutedNode primary;
    /** All nodes, by {@link RoutedNode#index}. */
    final NodeView[] views;
    /** Replicas that were within the router's bound when this was published. */
    final NodeView[] fresh;
    /** Replicas whose freshness is known. */
    final NodeView[] measured;
    /** Replicas that answered last time. */
    final NodeView[] reachable;

    private final long maxStaleness;

    private Snapshot(Epoch epoch, @Nullable RoutedNode primary, NodeView[] views, long maxStaleness) {
        this.epoch = epoch;
        this.primary = primary;
        this.views = views;
        this.maxStaleness = maxStaleness;
        reachable = select(view -> view.role == Role.REPLICA);
        measured = select(view -> view.measured);
        fresh = select(view -> view.staleness() <= maxStaleness);
    }

    /** Notes in all views how stale they are at an instant: so one observer that lives tells of those that do not. */
    void age(long now) {
        for (NodeView view : measured) {
            view.age(now);
        }
    }

    static Snapshot initial(RoutedNode[] nodes, long maxStaleness) {
        NodeView[] views = Arrays.stream(nodes)
                .map(node -> NodeView.unknown(node, "it has not answered yet"))
                .toArray(NodeView[]::new);
        return new Snapshot(Epoch.NONE, null, views, maxStaleness);
    }

    Snapshot with(NodeView view) {
        NodeView[] changed = views.clone();
        changed[view.node.index()] = view;
        return new Snapshot(epoch, primary, changed, maxStaleness);
    }

    /** The start of another epoch: no measurement of the old one counts. */
    Snapshot under(Epoch next, @Nullable RoutedNode nextPrimary, String why) {
        NodeView[] changed =
                Arrays.stream(views).map(view -> view.forgotten(why)).toArray(NodeView[]::new);
        return new Snapshot(next, nextPrimary, changed, maxStaleness);
    }

    private NodeView[] select(Predicate<NodeView> predicate) {
        return Arrays.stream(views).filter(predicate).toArray(NodeView[]::new);
    }
}
