package io.dbops;

import io.dbops.dialect.ConnectionLimits;

/**
 * Opens the pool of a node. Implemented by the module dbops-pool; the builder takes one as an argument.
 *
 * <p>Thread-safe: nodes that appear at the same time are opened at the same time.
 */
@FunctionalInterface
public interface Pools {

    /**
     * Opens a node's pool, when its server has first answered.
     *
     * @param application the name given to {@link DbOps#named}
     * @param node the node
     * @param limits what its server allows
     * @return the pool; whoever asked for it closes it
     * @throws DbOpsException if the pool does not fit the limits; the message has the arithmetic
     */
    NodePool open(String application, Node.Addressed node, ConnectionLimits limits);
}
