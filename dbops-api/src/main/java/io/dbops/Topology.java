package io.dbops;

import io.dbops.dialect.Role;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All nodes of a router at one moment.
 *
 * @param epoch counts the primaries this router has followed; 0 while there was none
 * @param nodes the nodes in the order they were given
 */
public record Topology(long epoch, List<NodeStatus> nodes) {

    /** Copies the list. */
    public Topology {
        nodes = List.copyOf(nodes);
    }

    /**
     * The node that takes writes.
     *
     * @return the primary, or empty while none is known
     */
    public Optional<NodeStatus> primary() {
        return nodes.stream().filter(node -> node.role() == Role.PRIMARY).findFirst();
    }

    /**
     * The node of a name.
     *
     * @param name a name that was given to the router
     * @return the node
     * @throws IllegalArgumentException if there is none of that name
     */
    public NodeStatus node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("node (" + name + "): must be one of "
                        + nodes.stream().map(NodeStatus::name).toList()));
    }

    /**
     * The topology as a table for people, a line a node.
     *
     * @return several lines, the last without a line end
     */
    public String format() {
        int width = nodes.stream().mapToInt(node -> node.name().length()).max().orElse(0);
        String row = "%-" + Math.max(width, 4) + "s  %-8s  %9s  %s";
        var table = new StringBuilder(String.format(Locale.ROOT, row, "node", "role", "served", "behind by at most"));
        for (NodeStatus node : nodes) {
            table.append('\n')
                    .append(String.format(
                            Locale.ROOT,
                            row,
                            node.name(),
                            node.role().name().toLowerCase(Locale.ROOT),
                            node.units(),
                            node.role() == Role.PRIMARY ? "-" : node.freshness()));
        }
        return table.toString();
    }
}
