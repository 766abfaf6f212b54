package io.dbops.retry;

/** Time that passes only when somebody sleeps, or says so. */
final class FakeClock implements Clock {

    volatile long now = 1_000_000_000_000L;
    volatile double chance = 0.5;

    @Override
    public long nanos() {
        return now;
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        now += nanos;
    }

    @Override
    public double random() {
        return chance;
    }
}
