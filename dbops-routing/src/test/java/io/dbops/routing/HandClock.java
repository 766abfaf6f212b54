package io.dbops.routing;

import io.dbops.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Time that a test moves. */
final class HandClock implements Clock {

    private final AtomicLong nanos = new AtomicLong(Duration.ofHours(1).toNanos());

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public long wallMillis() {
        return nanos.get() / 1_000_000;
    }

    @Override
    public void park(long time) {
        throw new AssertionError("nobody waits here");
    }
}
