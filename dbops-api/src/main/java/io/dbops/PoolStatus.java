package io.dbops;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A pool as it is now, and how its instance stands among those that share the node's server.
 *
 * @param node the node's name
 * @param most connections it may hold now
 * @param open connections it holds
 * @param used of these, connections in use
 * @param waiting threads that wait for a connection
 * @param slots pooled connections that all instances together may hold; 0 if no ledger divides the server
 * @param fleet the instances that share the server, by seat; empty if no ledger divides it, or while it cannot be reached
 */
public record PoolStatus(String node, int most, int open, int used, int waiting, int slots, List<Instance> fleet) {

    /** Checks the components. */
    public PoolStatus {
        requireNonNull(node, "node");
        fleet = List.copyOf(fleet);
    }

    /**
     * An instance with a pool on the node's server, as the ledger showed it half a second ago or less.
     *
     * @param seat its place, from 0
     * @param isThis whether it is this process's own
     * @param weight its share relative to others
     * @param wish connections it has use for
     * @param share connections it is to have
     * @param held connections it may hold: those of its floor, and those it has the right to
     */
    public record Instance(int seat, boolean isThis, int weight, int wish, int share, int held) {}

    /**
     * The status for people: a line for the pool, and a table of the fleet.
     *
     * @return several lines, the last without a line end
     */
    public String format() {
        var text = new StringBuilder()
                .append(node)
                .append(": ")
                .append(used)
                .append(" used, ")
                .append(open - used)
                .append(" idle, ")
                .append(waiting)
                .append(" waiting; may hold ")
                .append(most);
        if (slots > 0) {
            text.append(" of ").append(slots);
        }
        if (!fleet.isEmpty()) {
            text.append(String.format("%n  %5s %7s %6s %6s %6s", "seat", "weight", "wish", "share", "held"));
        }
        for (Instance each : fleet) {
            text.append(String.format(
                    "%n%s%5d %7d %6d %6d %6d",
                    each.isThis ? " *" : "  ", each.seat, each.weight, each.wish, each.share, each.held));
        }
        return text.toString();
    }
}
