package io.dbops.routing;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Ends, after a time of grace, what hangs on a server that is gone or leads no more: whoever waits there gets an error.
 *
 * <p>Every observer looks after all nodes, for the one of a server that is gone may itself hang. Thread-safe; does not
 * wait.
 */
final class Abandonment {

    private final RouterCore core;
    private final long grace;
    private final ReentrantLock sweeping = new ReentrantLock();
    private long epoch;
    private long epochSince;
    private boolean epochSwept;

    Abandonment(RouterCore core, long grace) {
        this.core = core;
        this.grace = grace;
    }

    void sweep() {
        if (sweeping.tryLock()) {
            try {
                sweep(core.clock().nanos());
            } finally {
                sweeping.unlock();
            }
        }
    }

    private void sweep(long now) {
        long current = core.monitor().snapshot().epoch.number();
        if (current != epoch) {
            epoch = current;
            epochSince = now;
            epochSwept = false;
        }
        boolean isOver = !epochSwept && now - epochSince > grace;
        for (RoutedNode node : core.nodes()) {
            if (node.wasSilentFor(grace, now)) {
                node.abandon(stamp -> true);
            } else if (isOver) {
                node.abandon(stamp -> stamp.epoch > 0 && stamp.epoch < current);
            }
        }
        epochSwept |= isOver;
    }
}
