package io.dbops.routing;

import io.dbops.routing.Health.Standing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Replicas in the order in which a read prefers them: the healthy ones of its own zone, the other healthy ones, and in
 * the end those that are out of the rotation. Immutable.
 *
 * <p>So a replica that is slow or fails is never out for good: while none of the others may serve a read, it does,
 * before the primary is asked to.
 */
final class Tiers {

    /** None of them is empty. */
    final Tier[] inOrder;
    /** Those that get a few reads to see whether they may return, if there are any. */
    final @Nullable Tier trials;

    Tiers(NodeView[] views) {
        var near = new ArrayList<NodeView>();
        var far = new ArrayList<NodeView>();
        var out = new ArrayList<NodeView>();
        var trying = new ArrayList<NodeView>();
        for (NodeView view : views) {
            // Asked once: it may change meanwhile, and nobody is to be in none of them.
            Standing standing = view.node.health().standing();
            if (standing == Standing.IN) {
                (view.node.isNear() ? near : far).add(view);
            } else {
                out.add(view);
                if (standing == Standing.TRIAL) {
                    trying.add(view);
                }
            }
        }
        var tiers = new ArrayList<Tier>();
        for (List<NodeView> members : List.of(near, far, out)) {
            if (!members.isEmpty()) {
                tiers.add(tier(members));
            }
        }
        inOrder = tiers.toArray(Tier[]::new);
        trials = trying.isEmpty() ? null : tier(trying);
    }

    private static Tier tier(List<NodeView> members) {
        return new Tier(members.toArray(NodeView[]::new));
    }
}
