package io.dbops.pool;

import io.dbops.DbOpsException;
import io.dbops.dialect.ConnectionLimits;

/**
 * What the pools of one node may take together, and the check that they do not take more.
 *
 * <p>All instances together open {@code instances × (pool + watch)} connections, where the watch is the one unpooled
 * connection by which each instance observes the node. That must fit what the server leaves, less what is kept back.
 *
 * @param poolSize connections in one pool, at most
 * @param instances processes that open such a pool on the same server
 * @param keptBack connections left to everybody else
 */
record Budget(int poolSize, int instances, int keptBack) {

    /** Connections beside the pool that each instance holds to a node. */
    static final int WATCH = 1;

    Budget {
        requirePositive("upTo", poolSize);
        requirePositive("instances", instances);
        if (keptBack < 0) {
            throw new IllegalArgumentException("reserving (" + keptBack + "): must not be negative");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " (" + value + "): must be at least 1");
        }
    }

    void check(String node, ConnectionLimits limits) {
        long left = (long) limits.usable() - keptBack;
        long asked = (long) instances * (poolSize + WATCH);
        if (asked <= left) {
            return;
        }
        long fits = left / instances - WATCH;
        throw new DbOpsException("pool of node \"" + node + "\" (" + poolSize + " and " + WATCH + " to watch) x "
                + instances + (instances == 1 ? " instance = " : " instances = ") + asked + ", but the server leaves "
                + Math.max(left, 0) + " (" + limits.arithmetic() + ", kept back " + keptBack + "): "
                + (fits >= 1 ? fits + " or less fits" : "none fits; raise max_connections or keep back less"));
    }
}
