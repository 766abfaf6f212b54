package io.dbops.pool;

/**
 * What the pools of one node may take together.
 *
 * @param poolSize connections in one pool, at most
 * @param overhead connections beside the pool that each instance holds to a node, at most
 * @param instances processes that open such a pool on the same server
 * @param keptBack connections left to everybody else
 */
record Budget(int poolSize, int overhead, int instances, int keptBack) {

    /** The one unpooled connection by which an instance watches a node. */
    static final int WATCH = 1;

    Budget {
        check(poolSize, overhead, instances, keptBack);
    }

    /** Rejects what is no budget. */
    static void check(int poolSize, int overhead, int instances, int keptBack) {
        requirePositive("upTo", poolSize);
        requirePositive("instances", instances);
        requireNotNegative("overhead", overhead);
        requireNotNegative("reserving", keptBack);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " (" + value + "): must be at least 1");
        }
    }

    private static void requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " (" + value + "): must not be negative");
        }
    }

    /** What all instances take, with their own sessions beside the pools. */
    long asked() {
        return (long) instances * (poolSize + overhead);
    }

    /** What is left for them. */
    long left(int usable) {
        return Math.max(0, (long) usable - keptBack);
    }

    /** The largest pool of one instance that fits; may be 0 or less. */
    long fits(int usable) {
        return left(usable) / instances - overhead;
    }

    @Override
    public String toString() {
        return "(" + poolSize + (overhead == 0 ? "" : " and " + overhead + " to watch") + ") x " + instances
                + (instances == 1 ? " instance = " : " instances = ") + asked();
    }
}
