package io.dbops.routing.torture;

import io.dbops.NodeStatus;
import io.dbops.Topology;
import java.io.IOException;

/** Notes whom one router follows. Used by one thread. */
final class Reigns implements AutoCloseable {

    private final int process;
    private final HistoryFile history;
    private long epoch;
    private String primary = "";
    private long first;
    private long last;

    Reigns(int process, HistoryFile history) {
        this.process = process;
        this.history = history;
    }

    /** The topology was so at some instant between these two. */
    void seen(Topology topology, long before, long after) throws IOException {
        if (first == 0 || topology.epoch() != epoch) {
            close();
            epoch = topology.epoch();
            primary = "";
            first = after;
        }
        last = before;
        if (primary.isEmpty()) {
            primary = topology.primary().map(NodeStatus::name).orElse("");
        }
    }

    @Override
    public void close() throws IOException {
        if (first != 0 && last > first) {
            history.add(new Reign(process, epoch, primary, first, last));
        }
    }
}
