package io.dbops.samples.tpcc;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** What customers saw of their orders. Safe for use by several threads. */
final class Reads {

    private final AtomicLong looked = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    /**
     * Notes a read.
     *
     * @param own the last order that the reader knows to be there, 0 if it has made none
     */
    void note(OrderStatus asked, OrderStatus.Seen seen, int own) {
        looked.incrementAndGet();
        if (seen.order() < own || !seen.isWhole()) {
            wrong.add(asked + ": " + seen + " after order " + own);
        }
    }

    Finding check() {
        return new Finding("    who looks for an own order sees it, and all of it", looked.get(), List.copyOf(wrong));
    }
}
