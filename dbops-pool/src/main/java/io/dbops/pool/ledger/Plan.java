package io.dbops.pool.ledger;

/**
 * How a server's connections are divided before any instance asks: so many seats for instances, so many connections that
 * each of them may always have, and the slots that they share.
 *
 * <p>Instances that share a ledger must agree on seats and floor; where they differ in the slots, the least holds.
 *
 * @param seats instances there is place for, at least 1
 * @param floor pooled connections that each instance may open whatever the others have, at least 1
 * @param slots pooled connections beyond the floors that all instances share, at least 0
 */
public record Plan(int seats, int floor, int slots) {

    /** The largest number that a ledger can tell of. */
    public static final int MOST_SEATS = 4_095;

    /** The largest number that a ledger can tell of. */
    public static final int MOST_SLOTS = 1_000_000;

    /** Checks the components. */
    public Plan {
        require("instances", seats, 1, MOST_SEATS);
        require("floor", floor, 1, MOST_SLOTS);
        require("slots", slots, 0, MOST_SLOTS);
    }

    private static void require(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " (" + value + "): must be from " + least + " to " + most);
        }
    }

    /** The number of floor slots: those of all seats. */
    int floorSlots() {
        return seats * floor;
    }

    /** All connections that pools may hold under this plan. */
    public int pooled() {
        return floorSlots() + slots;
    }

    /** Whether instances of both plans may share a ledger. */
    boolean agreesWith(Plan other) {
        return seats == other.seats && floor == other.floor;
    }
}
