package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.Node;
import io.dbops.routing.Members.Member;
import java.time.Duration;

/**
 * Adds, removes and drains nodes while the router is used, and tells who wants to know.
 *
 * <p>Thread-safe. Only removing blocks: until the units of work on the node have ended, or for the time of grace.
 */
final class TopologyChanges {

    private final RouterCore core;
    private final Members members;
    private final Sampling sampling;
    private final Duration grace;
    private volatile Runnable membersChanged = () -> {};

    TopologyChanges(RouterCore core, Members members, Sampling sampling, Duration grace) {
        this.core = core;
        this.members = members;
        this.sampling = sampling;
        this.grace = grace;
    }

    /** Sets what is to be run when nodes were added or removed. */
    void onMembers(Runnable action) {
        membersChanged = action;
    }

    /** Adds a node, which is watched from now on. */
    void add(Node node) {
        Member member = members.add(node, sampling);
        member.node().health().returns();
        member.observer().start();
        membersChanged.run();
        core.tell(new ClusterEvent.NodeAdded(node.name()));
    }

    /** Takes a node out, after the units of work on it have ended, or been given a time of grace to. */
    void remove(String name) {
        Member member = members.remove(name);
        membersChanged.run();
        member.observer().close();
        member.node().awaitUnused(core.clock(), grace.toNanos());
        member.node().close();
        core.tell(new ClusterEvent.NodeRemoved(name));
    }

    /** Lets no unit of work begin on a node, or lets them again. */
    void drain(String name, boolean drained) {
        RoutedNode node = members.require(name).node();
        if (node.isDrained() != drained) {
            node.drained(drained);
            if (!drained) {
                node.health().returns();
            }
            core.monitor().chosenAnew();
            core.tell(drained ? new ClusterEvent.NodeDrained(name) : new ClusterEvent.NodeUndrained(name));
        }
    }
}
