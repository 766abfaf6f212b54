package io.dbops.routing;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is set forward. */
final class ManualClock implements Clock {

    private final AtomicLong now = new AtomicLong();

    void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Override
    public long nanos() {
        return now.get();
    }

    @Override
    public long wallMillis() {
        return now.get() / 1_000_000;
    }

    @Override
    public void park(long nanos) {
        now.addAndGet(nanos);
    }
}
