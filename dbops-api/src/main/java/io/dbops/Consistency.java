package io.dbops;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What a read must see, from least to most.
 *
 * <p>Reads are units of work declared read-only ({@link java.sql.Connection#setReadOnly}); everything else goes to the
 * primary whatever is asked for. All promises are relative to the primary that this process follows.
 */
public sealed interface Consistency {

    /**
     * Any state the cluster was ever in: a read may be served by a replica of unknown freshness.
     *
     * @return the weakest level
     */
    static Consistency eventual() {
        return Eventual.LEVEL;
    }

    /**
     * Every commit acknowledged longer ago than a bound.
     *
     * @param maxStaleness the bound; positive, and not below what the router's sampling can prove
     * @return the level
     */
    static Consistency bounded(Duration maxStaleness) {
        return new Bounded(maxStaleness);
    }

    /**
     * Every commit of the session, and those that the router's own bound asks for. The default.
     *
     * @return the level
     */
    static Consistency session() {
        return OfSession.LEVEL;
    }

    /**
     * What {@link #session()} asks for, and nothing older than what the session's reads at this level have seen before.
     * Without it, two reads of others' writes may go to two replicas of which the second is behind the first. Reads tend
     * to stay on one node.
     *
     * @return the level
     */
    static Consistency monotonic() {
        return Monotonic.LEVEL;
    }

    /**
     * Every acknowledged commit: the primary serves.
     *
     * @return the strongest level
     */
    static Consistency strong() {
        return Strong.LEVEL;
    }

    /** The level of {@link #eventual()}. */
    enum Eventual implements Consistency {
        /** The only value. */
        LEVEL
    }

    /**
     * The level of {@link #bounded(Duration)}.
     *
     * @param maxStaleness the bound
     */
    record Bounded(Duration maxStaleness) implements Consistency {
        /** Checks the component. */
        public Bounded {
            requireNonNull(maxStaleness, "maxStaleness");
            if (maxStaleness.isNegative() || maxStaleness.isZero()) {
                throw new IllegalArgumentException(
                        "maxStaleness (" + maxStaleness + "): must be positive; for no staleness ask for strong()");
            }
        }
    }

    /** The level of {@link #session()}. */
    enum OfSession implements Consistency {
        /** The only value. */
        LEVEL
    }

    /** The level of {@link #monotonic()}. */
    enum Monotonic implements Consistency {
        /** The only value. */
        LEVEL
    }

    /** The level of {@link #strong()}. */
    enum Strong implements Consistency {
        /** The only value. */
        LEVEL
    }
}
