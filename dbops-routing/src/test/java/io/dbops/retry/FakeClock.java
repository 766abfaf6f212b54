package io.dbops.retry;

import io.dbops.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** Time that passes only when somebody waits, or says so. */
final class FakeClock implements Clock {

    private final AtomicLong now = new AtomicLong(1_000_000_000_000L);

    void advance(long nanos) {
        now.addAndGet(nanos);
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
        advance(nanos);
    }
}
