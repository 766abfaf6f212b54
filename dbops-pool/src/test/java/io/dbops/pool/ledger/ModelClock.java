package io.dbops.pool.ledger;

import io.dbops.time.Clock;

/** A clock that stands still until it is moved. Belongs to one thread. */
final class ModelClock implements Clock {

    private long now = 1_000_000_000;

    void advance(long nanos) {
        now += nanos;
    }

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
