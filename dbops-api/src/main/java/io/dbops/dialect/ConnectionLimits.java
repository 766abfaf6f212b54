package io.dbops.dialect;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import java.util.Comparator;
import java.util.List;

/**
 * How many connections a server lets one role open to one database, and why.
 *
 * <p>Connections that exist already are not subtracted. Immutable.
 *
 * @param terms what the number is made of; one at least is a {@link Effect#TOTAL}
 * @param unknown what may lower the number, and could not be seen
 */
public record ConnectionLimits(List<Term> terms, List<Unknown> unknown) {

    /** What a term does to the number. */
    public enum Effect {
        /** Counts for everybody together. */
        TOTAL,
        /** Is subtracted from the total, for it is for others. */
        RESERVED,
        /** Bounds the number, whatever is left of the total. */
        LIMIT
    }

    /**
     * One number that counts.
     *
     * @param effect what it does
     * @param name what it is called where it is set: {@code max_connections}
     * @param connections the number, 0 or more
     * @param source where it was found
     */
    public record Term(Effect effect, String name, int connections, String source) {

        /** Checks the components. */
        public Term {
            requireNonNull(effect, "effect");
            requireNonNull(name, "name");
            requireNonNull(source, "source");
            if (connections < 0) {
                throw new IllegalArgumentException(name + " (" + connections + "): must not be negative");
            }
        }

        @Override
        public String toString() {
            return name + " " + connections;
        }
    }

    /**
     * A number that could not be seen.
     *
     * @param name what it is called
     * @param reason why, with the remedy
     */
    public record Unknown(String name, String reason) {

        /** Checks the components. */
        public Unknown {
            requireNonNull(name, "name");
            requireNonNull(reason, "reason");
        }

        @Override
        public String toString() {
            return name + " (" + reason + ")";
        }
    }

    /** Checks the components. */
    public ConnectionLimits {
        terms = List.copyOf(terms);
        unknown = List.copyOf(unknown);
        if (terms.stream().noneMatch(term -> term.effect() == Effect.TOTAL)) {
            throw new IllegalArgumentException("terms (" + terms + "): one must be a total");
        }
    }

    /**
     * Limits that were told, not asked for: where a pooler stands before the server, the server's own say nothing.
     *
     * @param connections all that there are
     * @param source who told so
     * @return the limits
     */
    public static ConnectionLimits given(int connections, String source) {
        return new ConnectionLimits(List.of(new Term(Effect.TOTAL, "budget", connections, source)), List.of());
    }

    /**
     * What may be used, as far as is known.
     *
     * @return the total less what is reserved, or the lowest limit if that is lower; not negative
     */
    public int usable() {
        return Math.min(unreserved(), lowestLimit());
    }

    /**
     * The term to change if {@link #usable()} is too low.
     *
     * @return the lowest limit if it is lower than what is left of the total, and else the total
     */
    public Term binding() {
        int least = lowestLimit() < unreserved() ? lowestLimit() : Integer.MAX_VALUE;
        return terms.stream()
                .filter(term -> term.effect() == Effect.LIMIT && term.connections() == least)
                .findFirst()
                .orElseGet(() -> of(Effect.TOTAL).get(0));
    }

    /**
     * How the number comes about, for messages.
     *
     * @return {@code max_connections 100 - superuser_reserved_connections 3}; limits, the one that binds, and what is
     *     not known follow
     */
    public String arithmetic() {
        var text = new StringBuilder(joined(Effect.TOTAL, " + "));
        if (!of(Effect.RESERVED).isEmpty()) {
            text.append(" - ").append(joined(Effect.RESERVED, " - "));
        }
        if (!of(Effect.LIMIT).isEmpty()) {
            text.append(" = ").append(unreserved()).append("; ").append(joined(Effect.LIMIT, ", "));
            text.append("; ").append(binding().name()).append(" binds");
        }
        if (!unknown.isEmpty()) {
            text.append("; not known: ")
                    .append(unknown.stream().map(Unknown::toString).collect(joining(", ")));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return usable() + " (" + arithmetic() + ")";
    }

    private int unreserved() {
        return Math.max(0, sum(Effect.TOTAL) - sum(Effect.RESERVED));
    }

    private int lowestLimit() {
        return of(Effect.LIMIT).stream()
                .map(Term::connections)
                .min(Comparator.naturalOrder())
                .orElse(Integer.MAX_VALUE);
    }

    private int sum(Effect effect) {
        return of(effect).stream().mapToInt(Term::connections).sum();
    }

    private String joined(Effect effect, String separator) {
        return of(effect).stream().map(Term::toString).collect(joining(separator));
    }

    private List<Term> of(Effect effect) {
        return terms.stream().filter(term -> term.effect() == effect).toList();
    }
}
