package io.dbops;

import java.util.Optional;
import java.util.Set;

/**
 * Who the cluster's own manager says is primary.
 *
 * <p>The router asks when the servers alone cannot decide: two nodes take writes, or the node that does is not proven to
 * descend from the primary before it. Otherwise the servers decide, and nobody is asked.
 *
 * <p>Called by the router on a thread of its own, never under a lock, and with a time limit, after which the thread is
 * interrupted and the answer dropped. So it may block, up to limits that it sets itself. Calls may overlap if an earlier
 * one has not ended. An exception, an empty answer and a late one mean the same: nobody is primary, and nobody writes.
 * When in doubt it must not name a node: a wrong name loses writes, an empty answer delays them.
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
