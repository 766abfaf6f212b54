package io.dbops.samples.tpcc;

import java.util.SplittableRandom;

/**
 * How large the company is. TPC-C has 3,000 customers and as many orders a district, and 100,000 items; nothing here
 * depends on that.
 *
 * @param warehouses how many there are, each with {@value #DISTRICTS} districts
 * @param customers how many each district has; each of them has one order at first
 * @param undelivered how many of those orders are not delivered yet: the newest ones
 * @param items how many each warehouse has in stock
 */
record Scale(int warehouses, int customers, int undelivered, int items) {

    static final int DISTRICTS = 10;

    /** Small enough to be loaded in a second, large enough that not everybody waits for the same rows. */
    static final Scale SMALL = new Scale(4, 30, 9, 1_000);

    int warehouse(SplittableRandom random) {
        return random.nextInt(1, warehouses + 1);
    }

    static int district(SplittableRandom random) {
        return random.nextInt(1, DISTRICTS + 1);
    }

    int customer(SplittableRandom random) {
        return random.nextInt(1, customers + 1);
    }

    int item(SplittableRandom random) {
        return random.nextInt(1, items + 1);
    }

    /** A warehouse other than this one, if there is another. */
    int elsewhere(int home, SplittableRandom random) {
        return warehouses == 1 ? home : 1 + (home + random.nextInt(warehouses - 1)) % warehouses;
    }
}
