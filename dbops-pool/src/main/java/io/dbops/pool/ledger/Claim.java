package io.dbops.pool.ledger;

/**
 * What an instance tells the others of itself.
 *
 * @param plan how it divides the server
 * @param weight its share relative to others, from 1 to 100
 * @param wish connections it has use for now, its floor included
 * @param ceiling connections it would ever take, its floor included; at least the wish
 */
public record Claim(Plan plan, int weight, int wish, int ceiling) {

    /** The largest weight. */
    public static final int MOST_WEIGHT = 100;

    /** Checks the components. */
    public Claim {
        if (weight < 1 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException("weight (" + weight + "): must be from 1 to " + MOST_WEIGHT);
        }
        if (ceiling < plan.floor()) {
            throw new IllegalArgumentException(
                    "upTo (" + ceiling + "): must be at least the floor (" + plan.floor() + ")");
        }
        if (wish < plan.floor() || wish > ceiling) {
            throw new IllegalArgumentException(
                    "wish (" + wish + "): must be from the floor (" + plan.floor() + ") to upTo (" + ceiling + ")");
        }
    }

    /** The same with another wish, brought into its bounds. */
    Claim wishing(int connections) {
        return new Claim(plan, weight, Math.max(plan.floor(), Math.min(connections, ceiling)), ceiling);
    }
}
