package io.dbops;

import java.util.Optional;
import java.util.Set;

/**
 * Who the cluster's own manager says is primary.
 *
 * <p>Its answer settles what the servers alone cannot: that two nodes take writes, or that the node that does is not
 * proven to descend from the primary before it. And it takes the lead from a primary that it does not name, such as one
 * that is cut off from the rest. It never makes a primary of a node on a timeline that was left behind.
 *
 * <p>Called by the router on one thread of its own, once a second and more often in an outage, never under a lock. It
 * may block; after 5 s the thread is interrupted and the answer dropped. An exception, an empty answer and a late one
 * mean the same: it is not known. An answer before that counts for 10 s more after a failure, and not at all after an
 * empty one; then the servers decide alone, which is for nobody where two take writes. When in doubt it must not name a
 * node: a wrong name loses writes, an empty answer delays them.
 */
@FunctionalInterface
public interface Authority {

    /**
     * Asks who is primary now.
     *
     * @param nodes the names of the router's nodes
     * @return the name of one of them, or empty if none is primary or it is not known
     * @throws Exception if it cannot be found out; the message says why
     */
    Optional<String> primary(Set<String> nodes) throws Exception;
}
