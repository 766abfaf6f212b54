package io.dbops.samples.tpcc;

import java.util.SplittableRandom;

/** The five transactions, and how many of a hundred are of each. */
enum Kind {
    NEW_ORDER("new-order", 45),
    PAYMENT("payment", 43),
    ORDER_STATUS("order-status", 4),
    DELIVERY("delivery", 4),
    STOCK_LEVEL("stock-level", 4);

    private final String unit;
    private final int percent;

    Kind(String unit, int percent) {
        this.unit = unit;
        this.percent = percent;
    }

    static Kind draw(SplittableRandom random) {
        int drawn = random.nextInt(100);
        for (Kind kind : values()) {
            drawn -= kind.percent;
            if (drawn < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("the shares are not 100 in all");
    }

    /** The name of its units of work. */
    String unit() {
        return unit;
    }
}
