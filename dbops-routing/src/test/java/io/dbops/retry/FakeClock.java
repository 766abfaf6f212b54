package io.dbops.retry;

import io.dbops.time.Clock;

/** Time that passes only when somebody sleeps, or says so. */
final class FakeClock implements Clock {

    volatile long now = 1_000_000_000_000L;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public long wallMillis() {
        return now / 1_000_000;
    }

    @Override
    public void park(long nanos) {
        now += nanos;
    }
}
