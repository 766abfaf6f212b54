package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Role;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All nodes of a router at one moment.
 *
 * @param epoch counts the primaries this router has followed; 0 while there was none
 * @param whyNoPrimary why nothing can be written now; empty while there is a primary
 * @param nodes the nodes in the order they were given
 */
public record Topology(long epoch, Optional<String> whyNoPrimary, List<NodeStatus> nodes) {

    private static final int WIDTH = 80;

    /** Copies the list. */
    public Topology {
        requireNonNull(whyNoPrimary, "whyNoPrimary");
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
     * The topology as a table for people, of at most 80 columns: the epoch and its primary, or why there is none, and
     * then the nodes.
     *
     * @return several lines, the last without a line end
     */
    public String format() {
        int longest =
                nodes.stream().mapToInt(node -> node.name().length()).max().orElse(0);
        int width = Math.max(longest, "node".length());
        var table = new StringBuilder();
        append(table, "epoch " + epoch + ", ", head());
        table.append('\n').append(row(width, "node", "role", "served")).append("behind by at most");
        for (NodeStatus node : nodes) {
            String role = node.role().name().toLowerCase(Locale.ROOT);
            table.append('\n');
            append(table, row(width, node.name(), role, String.valueOf(node.units())), state(node));
        }
        return table.toString();
    }

    private String head() {
        return whyNoPrimary
                .map(why -> "no primary: " + why)
                .orElseGet(() -> primary().map(node -> "primary " + node.name()).orElse("no primary"));
    }

    private static String row(int width, String name, String role, String served) {
        String padding = " ".repeat(width - name.length());
        return String.format(Locale.ROOT, "%s%s  %-7s  %9s  ", name, padding, role, served);
    }

    private static String state(NodeStatus node) {
        String state = node.freshness().toString();
        if (node.role() == Role.PRIMARY) {
            state = "-";
        } else if (node.role() == Role.UNKNOWN && node.freshness() instanceof Freshness.Unknown unknown) {
            state = unknown.reason();
        }
        return node.drained() ? "drained; " + state : state;
    }

    /** Appends words after what is in their line before them; where it is full, below its beginning. */
    private static void append(StringBuilder table, String before, String words) {
        table.append(before);
        int column = before.length();
        for (String word : words.split("\\s+")) {
            if (column + word.length() > WIDTH && column > before.length()) {
                table.setLength(table.length() - 1);
                table.append('\n').append(" ".repeat(before.length()));
                column = before.length();
            }
            table.append(word).append(' ');
            column += word.length() + 1;
        }
        table.setLength(table.length() - 1);
    }
}
