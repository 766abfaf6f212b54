package io.dbops.routing;

import java.time.Duration;

/** Time that a test moves. */
final class HandClock implements Clock {

    private volatile long nanos = Duration.ofHours(1).toNanos();

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public long wallMillis() {
        return nanos / 1_000_000;
    }

    @Override
    public void park(long time) {
        throw new AssertionError("nobody waits here");
    }
}
