package io.dbops.routing.torture;

/**
 * What was done to the cluster, and when.
 *
 * @param kind what it means for the history
 * @param node to whom, or empty
 * @param successor who became primary instead, or empty
 * @param begun an instant before it began
 * @param promoted an instant before another node could take writes; as {@code begun} where none did
 * @param ended an instant before the node's server was ended, until which it has what it acknowledged
 * @param over an instant after all was healed
 * @param text for people
 */
record Trouble(
        Kind kind, String node, String successor, long begun, long promoted, long ended, long over, String text) {

    /** What a trouble means for the history. */
    enum Kind {
        /** Nothing may be lost by it. */
        FAULT,
        /** A primary crashed and came back: it may have lost what it acknowledged without waiting for its log. */
        CRASH,
        /** Another node was promoted after the primary's end. */
        SUCCESSION,
        /** Another node was promoted while the primary lived. */
        ZOMBIE,
        /** All was well, and every router knew: not a trouble. */
        HEALTHY
    }

    boolean mayLose() {
        return kind == Kind.CRASH || kind == Kind.SUCCESSION || kind == Kind.ZOMBIE;
    }

    boolean overlaps(long from, long to) {
        return begun <= to && from <= over;
    }

    @Override
    public String toString() {
        return "%s [%s, %s] %s%s"
                .formatted(
                        kind,
                        Instants.text(begun),
                        Instants.text(over),
                        text,
                        mayLose() ? " promoted " + Instants.text(promoted) + " ended " + Instants.text(ended) : "");
    }
}
