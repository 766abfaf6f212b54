package io.dbops;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * Something that changed in the cluster as this process sees it. Each is told once, when it happens, to the log and to
 * the router's listener.
 */
public sealed interface ClusterEvent {

    /**
     * The event as a sentence for people.
     *
     * @return the sentence, without a full stop
     */
    String message();

    /**
     * A server is followed as the primary from now on: another one than before, or the same one after it restarted.
     *
     * @param node the node
     * @param epoch the number of the epoch that begins
     */
    record PrimaryFollowed(String node, long epoch) implements ClusterEvent {
        /** Checks the components. */
        public PrimaryFollowed {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " is the primary of epoch " + epoch;
        }
    }

    /**
     * No server is followed as the primary: writes wait, and then fail.
     *
     * @param reason why
     */
    record PrimaryLost(String reason) implements ClusterEvent {
        /** Checks the component. */
        public PrimaryLost {
            requireNonNull(reason, "reason");
        }

        @Override
        public String message() {
            return "No primary is known: " + reason;
        }
    }

    /**
     * More than one server takes writes, and no authority says which of them is right. Nobody is written to until that
     * has ended.
     *
     * @param nodes the nodes
     */
    record Contested(List<String> nodes) implements ClusterEvent {
        /** Copies the list. */
        public Contested {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String message() {
            return "Nodes " + String.join(" and ", nodes) + " both take writes: nothing is written until one of them"
                    + " does not, or an authority names the primary";
        }
    }

    /**
     * Another server than before is the primary, and commits that the old one acknowledged last may be missing on it.
     * Every session that wrote in that time says so by {@link Session#mayHaveLostWrites()}.
     *
     * @param node the new primary
     * @param atMost how long before the change the first such commit may have been acknowledged, at most
     */
    record WritesMayBeLost(String node, Duration atMost) implements ClusterEvent {
        /** Checks the components. */
        public WritesMayBeLost {
            requireNonNull(node, "node");
            requireNonNull(atMost, "atMost");
        }

        @Override
        public String message() {
            return "Node " + node + " may lack commits that the old primary acknowledged in the last "
                    + atMost.toMillis() + " ms before it was followed";
        }
    }

    /**
     * A node cannot be watched: no read that asks for anything goes there.
     *
     * @param node the node
     * @param reason why
     */
    record NodeLost(String node, String reason) implements ClusterEvent {
        /** Checks the components. */
        public NodeLost {
            requireNonNull(node, "node");
            requireNonNull(reason, "reason");
        }

        @Override
        public String message() {
            return "Node " + node + " cannot be watched: " + reason + "; no read goes there until it can";
        }
    }

    /**
     * A node that could not be watched is watched again.
     *
     * @param node the node
     */
    record NodeBack(String node) implements ClusterEvent {
        /** Checks the component. */
        public NodeBack {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " is watched again";
        }
    }

    /**
     * A server takes writes, but must not: it was left behind by a failover, or is not proven to follow on it. It is
     * left alone.
     *
     * @param node the node
     * @param reason why it is not followed
     */
    record WritableIgnored(String node, String reason) implements ClusterEvent {
        /** Checks the components. */
        public WritableIgnored {
            requireNonNull(node, "node");
            requireNonNull(reason, "reason");
        }

        @Override
        public String message() {
            return "Node " + node + " takes writes, but is left alone: " + reason;
        }
    }

    /**
     * Connections to one node lead to several servers: a load balancer, a reader endpoint or a moved address stands
     * behind its name.
     *
     * @param node the node
     */
    record SeveralServers(String node) implements ClusterEvent {
        /** Checks the component. */
        public SeveralServers {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " leads to several servers: what is observed of one says nothing of the others, so"
                    + " such connections are not used; give each server a node of its own";
        }
    }

    /**
     * A node was added.
     *
     * @param node the node
     */
    record NodeAdded(String node) implements ClusterEvent {
        /** Checks the component. */
        public NodeAdded {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " was added";
        }
    }

    /**
     * A node was removed.
     *
     * @param node the node
     */
    record NodeRemoved(String node) implements ClusterEvent {
        /** Checks the component. */
        public NodeRemoved {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " was removed";
        }
    }

    /**
     * A node was drained: no unit of work begins there.
     *
     * @param node the node
     */
    record NodeDrained(String node) implements ClusterEvent {
        /** Checks the component. */
        public NodeDrained {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " is drained: no unit of work begins there";
        }
    }

    /**
     * A node is not drained any more.
     *
     * @param node the node
     */
    record NodeUndrained(String node) implements ClusterEvent {
        /** Checks the component. */
        public NodeUndrained {
            requireNonNull(node, "node");
        }

        @Override
        public String message() {
            return "Node " + node + " takes units of work again";
        }
    }
}
