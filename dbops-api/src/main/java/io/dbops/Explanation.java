package io.dbops;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Optional;

/**
 * Where a read goes, and why it goes nowhere else: what is held against each node.
 *
 * <p>A routed connection explains itself, {@code connection.unwrap(Explanation.class)}: by what was known when its node
 * was chosen, for reads that the primary serves, and by what is known now for all others. {@link Router#explain} and
 * {@link Session#explain} tell where a read would go that begins now, and take no connection for it.
 *
 * @param decision the node and the reason; empty if the read would wait for a node, and fail if none comes
 * @param nodes what is to be said of each node, in the order they were given
 */
public record Explanation(Optional<RoutingDecision> decision, List<Candidate> nodes) {

    /** Copies the list. */
    public Explanation {
        requireNonNull(decision, "decision");
        nodes = List.copyOf(nodes);
    }

    /**
     * A node that a read might go to.
     *
     * @param node the node's name
     * @param eligible whether the read may go there
     * @param because why, or why not: the part of a sentence, such as "behind by at most 340 ms"
     */
    public record Candidate(String node, boolean eligible, String because) {
        /** Checks the components. */
        public Candidate {
            requireNonNull(node, "node");
            requireNonNull(because, "because");
        }

        @Override
        public String toString() {
            return node + ": " + because;
        }
    }

    /**
     * What is held against the nodes that the read may not go to.
     *
     * @return a sentence without a full stop, such as "db-2: behind by at most 3400 ms, which is more than 1000 ms";
     *     empty if nothing is held against any node
     */
    public String cause() {
        return nodes.stream()
                .filter(candidate -> !candidate.eligible)
                .map(Candidate::toString)
                .collect(joining("; "));
    }

    /**
     * The explanation for people: the decision in a line, and a line for each node.
     *
     * @return several lines, the last without a line end
     */
    public String format() {
        String head = decision.map(
                        made -> made.node() + ", for " + made.reason().phrase())
                .orElse("no node");
        return nodes.stream()
                .map(candidate -> (candidate.eligible ? "\n  + " : "\n  - ") + candidate)
                .collect(joining("", head, ""));
    }
}
