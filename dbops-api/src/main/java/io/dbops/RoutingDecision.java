package io.dbops;

import static java.util.Objects.requireNonNull;

/**
 * Which node serves a unit of work, and why.
 *
 * <p>A routed connection tells its own: {@code connection.unwrap(RoutingDecision.class)}. Two decisions are equal if they
 * name the same node for the same reason, so that they can be counted; what was held against the other nodes is told by
 * {@code connection.unwrap(Explanation.class)}, see {@link Explanation}.
 *
 * @param node the node's name
 * @param reason why this node
 */
public record RoutingDecision(String node, Reason reason) {

    /** Checks the components. */
    public RoutingDecision {
        requireNonNull(node, "node");
        requireNonNull(reason, "reason");
    }

    /** Why a unit of work went where it went. */
    public enum Reason {

        /** A replica, proven to have all that the read must see. */
        FRESH_REPLICA("a replica that has all the read must see"),

        /** A replica, and the read asked for nothing. */
        ANY_REPLICA("any replica would do"),

        /** The primary: the unit is not declared read-only. */
        WRITE("it may write"),

        /** The primary: the read asked for it. */
        STRONG("the read asked for the primary"),

        /** The primary: no replica is proven to have the session's last write yet. */
        OWN_WRITE_NOT_REPLICATED("no replica is known to have the session's last write yet"),

        /** The primary: no replica is proven to be as recent as what the session has read. */
        OWN_READ_NOT_REACHED("no replica is known to be as recent as what the session has read"),

        /** The primary: whether a write of the session happened is still open. */
        WRITE_OUTCOME_UNKNOWN("whether a write of the session took effect is not known yet"),

        /** The primary: every replica is behind by more than the bound. */
        REPLICAS_TOO_STALE("every replica is behind by more than the bound"),

        /** The primary: no replica's freshness is known. */
        FRESHNESS_UNKNOWN("no replica's freshness is known"),

        /** The primary: the replica's connection is younger than the last look at that replica, or failed. */
        REPLICA_NOT_READY("the replica chosen had no connection whose state is known"),

        /** A replica: the primary cannot be reached, and the read allows what it lacks. */
        PRIMARY_UNREACHABLE("the primary cannot be reached, and the replica is recent enough for that time"),

        /** The primary: replay on the replicas was in the way of the statement, which was cancelled there. */
        REPLAY_CONFLICT("replay on the replica was in the way of it"),

        /** The primary: routing is only rehearsed. */
        REHEARSAL("routing is only rehearsed");

        private final String phrase;

        Reason(String phrase) {
            this.phrase = phrase;
        }

        /**
         * Whether such a unit of work runs on a replica.
         *
         * @return {@code false} for the primary
         */
        public boolean isReplica() {
            return this == FRESH_REPLICA || this == ANY_REPLICA || this == PRIMARY_UNREACHABLE;
        }

        /**
         * The reason as a part of a sentence.
         *
         * @return for example "it may write"
         */
        public String phrase() {
            return phrase;
        }
    }
}
