package io.dbops.routing;

import io.dbops.time.Clock;
import io.dbops.time.SystemClock;
import java.util.concurrent.atomic.AtomicBoolean;

/** The machine's clock, whose waits can be made to fail or to last: then nothing is observed any more. */
final class TroubledClock implements Clock {

    final AtomicBoolean fails = new AtomicBoolean();
    final Gate waits = new Gate();

    @Override
    public long nanos() {
        return SystemClock.INSTANCE.nanos();
    }

    @Override
    public long wallMillis() {
        return SystemClock.INSTANCE.wallMillis();
    }

    @Override
    public void park(long nanos) {
        if (fails.get()) {
            throw new AssertionError("planted: the observer's thread fails");
        }
        SystemClock.INSTANCE.park(nanos);
        waits.pass();
    }
}
