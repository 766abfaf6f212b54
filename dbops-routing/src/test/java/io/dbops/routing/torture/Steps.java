package io.dbops.routing.torture;

import java.util.Arrays;

/** For each instant the greatest value that was due by then. Filled first, then asked. */
final class Steps {

    private long[] pairs = new long[8];
    private int size;
    private boolean sorted;

    void add(long instant, long value) {
        if (2 * size == pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * pairs.length);
        }
        pairs[2 * size] = instant;
        pairs[2 * size + 1] = value;
        size++;
        sorted = false;
    }

    /** The greatest value of an instant at or before this one, or 0. */
    long greatestBy(long instant) {
        sort();
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pairs[2 * middle] <= instant) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? 0 : pairs[2 * low - 1];
    }

    private void sort() {
        if (sorted) {
            return;
        }
        long[][] order = new long[size][];
        for (int i = 0; i < size; i++) {
            order[i] = new long[] {pairs[2 * i], pairs[2 * i + 1]};
        }
        Arrays.sort(order, (a, b) -> Long.compare(a[0], b[0]));
        long greatest = 0;
        for (int i = 0; i < size; i++) {
            greatest = Math.max(greatest, order[i][1]);
            pairs[2 * i] = order[i][0];
            pairs[2 * i + 1] = greatest;
        }
        sorted = true;
    }
}
