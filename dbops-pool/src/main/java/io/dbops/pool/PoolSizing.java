package io.dbops.pool;

import static java.util.Comparator.comparingInt;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How large a pool should be: what its load needs, what its threads need so as not to wait for each other, and what the
 * server does well at.
 *
 * <p>Three formulas, each with the numbers it was given:
 *
 * <ul>
 *   <li>need, by Little's law: arrivals a second times the mean time for which a connection is held;
 *   <li>floor: threads times (connections that one thread holds at once - 1), and 1. With less, all threads can hold
 *       all but their last connection, and wait for ever;
 *   <li>capacity: cores times 2, and spindles. That is a figure for the whole server, so instances share it.
 * </ul>
 *
 * <p>The need is advice, and the capacity is, too; the floor is a fact. Sources: J. D. C. Little, <cite>A Proof for the
 * Queuing Formula L = λW</cite> (1961); HikariCP, <cite>About Pool Sizing</cite>. Immutable.
 *
 * @param figures what was given so far, in no order
 */
public record PoolSizing(List<Figure> figures) {

    /** Which formula a figure is by. */
    public enum Kind {
        /** What the load needs, by Little's law. */
        NEED,
        /** Below which threads wait for each other for ever. */
        FLOOR,
        /** What one instance may take of what the whole server does well at. */
        CAPACITY
    }

    /**
     * What one formula gives for the pool of one instance.
     *
     * @param kind the formula
     * @param connections the size
     * @param arithmetic how it came about
     */
    public record Figure(Kind kind, int connections, String arithmetic) {

        /** Checks the components. */
        public Figure {
            requireNonNull(kind, "kind");
            requireNonNull(arithmetic, "arithmetic");
        }

        @Override
        public String toString() {
            return switch (kind) {
                        case NEED -> "the load needs ";
                        case FLOOR -> "its threads need ";
                        case CAPACITY -> "the server does well at ";
                    }
                    + connections + " (" + arithmetic + ")";
        }
    }

    private static final PoolSizing NOTHING = new PoolSizing(List.of());

    /** Checks the components. */
    public PoolSizing {
        figures = List.copyOf(figures);
        if (figures.stream().map(Figure::kind).distinct().count() < figures.size()) {
            throw new IllegalArgumentException("figures (" + figures + "): must be one of a kind");
        }
    }

    /**
     * A sizing of which nothing is known yet.
     *
     * @return the empty value
     */
    public static PoolSizing unknown() {
        return NOTHING;
    }

    /**
     * With the need of a load.
     *
     * @param perSecond how often a connection is asked for in this instance, at the peak
     * @param held how long it is held then, in the mean
     * @return sizing that knows it
     */
    public PoolSizing arrivals(double perSecond, Duration held) {
        if (!(perSecond > 0) || requireNonNull(held, "held").isNegative() || held.isZero()) {
            throw new IllegalArgumentException(
                    "arrivals (" + perSecond + " a second, held for " + held + "): must be more than nothing");
        }
        double need = perSecond * held.toNanos() / 1e9;
        return with(
                Kind.NEED, (long) Math.ceil(need - 1e-9), perSecond + " a second x " + held.toNanos() / 1e6 + " ms");
    }

    /**
     * With the floor of threads.
     *
     * @param count how many threads ask for connections at a time, at least 1
     * @param held how many connections one thread holds at once, at most: 2 where a transaction is begun inside
     *     another one
     * @return sizing that knows it
     */
    public PoolSizing threads(int count, int held) {
        requirePositive("threads", count);
        requirePositive("connections held at once", held);
        return with(
                Kind.FLOOR, (long) count * (held - 1) + 1, count + " threads x (" + held + " held at once - 1) + 1");
    }

    /**
     * With what the whole server does well at, divided among instances.
     *
     * @param cores the server's cores, without hyper-threads
     * @param spindles its disks that seek; 0 where all that is read is in memory, or on flash
     * @param instances how many share it, this one included
     * @return sizing that knows it
     */
    public PoolSizing server(int cores, int spindles, int instances) {
        requirePositive("cores", cores);
        requirePositive("instances", instances);
        if (spindles < 0) {
            throw new IllegalArgumentException("spindles (" + spindles + "): must not be negative");
        }
        long whole = 2L * cores + spindles;
        return with(
                Kind.CAPACITY,
                Math.max(1, whole / instances),
                "the whole of it at 2 x " + cores + " cores + " + spindles + " spindles = " + whole + ", by "
                        + instances + (instances == 1 ? " instance" : " instances"));
    }

    /**
     * The size these figures advise: the need but no more than the capacity, and never less than the floor.
     *
     * @return the figure that decides
     * @throws IllegalStateException if there is none
     */
    public Figure binding() {
        Optional<Figure> floor = floor();
        Optional<Figure> wished =
                figures.stream().filter(figure -> figure.kind() != Kind.FLOOR).min(comparingInt(Figure::connections));
        return floor.filter(least ->
                        wished.isEmpty() || least.connections() > wished.get().connections())
                .or(() -> wished)
                .orElseThrow(
                        () -> new IllegalStateException("no figure: give arrivals, threads or the server's cores"));
    }

    /** Below which threads wait for each other for ever, if that is known. */
    Optional<Figure> floor() {
        return figures.stream().filter(figure -> figure.kind() == Kind.FLOOR).findFirst();
    }

    private PoolSizing with(Kind kind, long connections, String arithmetic) {
        if (connections > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(arithmetic + ": more connections than can be counted");
        }
        var more = new ArrayList<>(figures);
        more.add(new Figure(kind, (int) connections, arithmetic));
        return new PoolSizing(more);
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " (" + value + "): must be at least 1");
        }
    }

    @Override
    public String toString() {
        if (figures.isEmpty()) {
            return "no load, threads or cores were told";
        }
        return String.join("; ", figures.stream().map(Figure::toString).toList()) + ": "
                + binding().connections() + " is advised";
    }
}
