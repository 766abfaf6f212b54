package io.dbops.routing;

import io.dbops.time.Clock;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How well one node answers, and what share of the reads it gets for that.
 *
 * <p>A circuit breaker takes it out of the rotation when half of what it counts was slow, or failed. It counts every
 * answer to the watch, as five, and samples of what the application does: a node that only the watch talks to is judged
 * after two answers, and a statement that is slow everywhere now and then judges nobody. After a time the watch's
 * answers, and a few reads, are trials; when they are good the node returns, at first with a tenth of its share.
 *
 * <p>All this concerns preference only: it never makes a node eligible, and a node that is out still serves what no
 * other replica may serve. See {@link Tiers}.
 *
 * <p>Thread-safe. Reads of the choice are of volatile fields; changes are made one after another.
 */
final class Health {

    /** Whether a node is in the rotation. */
    enum Standing {
        IN,
        /** It gets a few reads, to see whether it may return. */
        TRIAL,
        OUT
    }

    /** A share is counted in these: a node of weight 1 has so many. */
    static final int WHOLE = 100;

    /** As how many samples of the application an answer to the watch counts. */
    private static final int PROBE_COUNTS = 5;

    private static final int COUNTED = 20;
    private static final Duration OUT_FOR = Duration.ofSeconds(2);

    /** In the breaker's terms an answer is as long as it is slow: this is the least that is. */
    private static final Duration SLOW = Duration.ofSeconds(1);

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace, and is never thrown
    private static final Exception FAILURE = new Failure();

    private final Clock clock;
    private final int weight;
    private final long rampUp;
    private final CircuitBreaker breaker;
    private final ReentrantLock changing = new ReentrantLock();
    private final Latency probes = new Latency();
    private final Latency answers = new Latency();
    private boolean returning;
    private long returnedAt;

    private volatile Standing standing = Standing.IN;
    private volatile int share;
    private volatile int micros;

    /** What the breaker is told of a failure: that there was one. */
    private static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        Failure() {
            super("no answer", null, false, false);
        }
    }

    /** Our clock as the breaker reads it. */
    private static final class Instants extends java.time.Clock {
        private final Clock clock;

        Instants(Clock clock) {
            this.clock = clock;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public java.time.Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.EPOCH.plusNanos(clock.nanos());
        }
    }

    Health(String name, int weight, Duration rampUp, Clock clock) {
        this.clock = clock;
        this.weight = weight;
        this.rampUp = rampUp.toNanos();
        share = weight * WHOLE;
        breaker = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(COUNTED)
                        .minimumNumberOfCalls(COUNTED / 2)
                        .permittedNumberOfCallsInHalfOpenState(COUNTED / 2)
                        .failureRateThreshold(50)
                        .slowCallRateThreshold(50)
                        .slowCallDurationThreshold(SLOW)
                        .waitDurationInOpenState(OUT_FOR)
                        .clock(new Instants(clock))
                        .currentTimestampFunction(any -> clock.nanos(), TimeUnit.NANOSECONDS)
                        .build());
    }

    Standing standing() {
        return standing;
    }

    /** The node's share of the reads now, relative to others. */
    int share() {
        return share;
    }

    /** How long it takes to answer, for comparison with others, in microseconds. */
    int micros() {
        return micros;
    }

    /** The average of the watch's round trips, or -1 while none is known. */
    long probeNanos() {
        changing.lock();
        try {
            return probes.isKnown() ? probes.nanos() : -1;
        } finally {
            changing.unlock();
        }
    }

    /** The average of the application's samples, or -1 if there is none of late. */
    long answerNanos() {
        changing.lock();
        try {
            return answers.isRecent(clock.nanos()) ? answers.nanos() : -1;
        } finally {
            changing.unlock();
        }
    }

    /** The watch was answered. Also where time is let pass: trials begin here, and shares grow. */
    void probed(long nanos, boolean slow) {
        changing.lock();
        try {
            probes.heard(nanos, clock.nanos());
            mayTry();
            for (int i = 0; i < PROBE_COUNTS; i++) {
                record(slow);
            }
            conclude();
        } finally {
            changing.unlock();
        }
    }

    /** The application was answered. */
    void served(long nanos, boolean slow) {
        changing.lock();
        try {
            answers.heard(nanos, clock.nanos());
            record(slow);
            conclude();
        } finally {
            changing.unlock();
        }
    }

    /** The watch was not answered. */
    void probeFailed() {
        changing.lock();
        try {
            mayTry();
            for (int i = 0; i < PROBE_COUNTS; i++) {
                breaker.onError(0, TimeUnit.NANOSECONDS, FAILURE);
            }
            conclude();
        } finally {
            changing.unlock();
        }
    }

    /** The application got no connection, or lost one. */
    void failed() {
        changing.lock();
        try {
            breaker.onError(0, TimeUnit.NANOSECONDS, FAILURE);
            conclude();
        } finally {
            changing.unlock();
        }
    }

    /** The node is there again, after it was not. */
    void returns() {
        changing.lock();
        try {
            returning = true;
            returnedAt = clock.nanos();
            conclude();
        } finally {
            changing.unlock();
        }
    }

    /** Only by asking for a permission does the breaker go from open to half open. */
    private void mayTry() {
        if (breaker.tryAcquirePermission()) {
            breaker.releasePermission();
        }
    }

    private void record(boolean slow) {
        breaker.onSuccess(slow ? SLOW.toNanos() + 1 : 0, TimeUnit.NANOSECONDS);
    }

    private void conclude() {
        long now = clock.nanos();
        Standing before = standing;
        Standing next = standingOf(breaker.getState());
        if (next == Standing.IN && before != Standing.IN) {
            returning = true;
            returnedAt = now;
        }
        standing = next;
        share = weight * portion(now);
        micros = (int) Math.min(Integer.MAX_VALUE, Math.max(nanosOf(probes), answers.faded(now)) / 1_000);
    }

    private static long nanosOf(Latency latency) {
        return latency.isKnown() ? latency.nanos() : 0;
    }

    private static Standing standingOf(CircuitBreaker.State state) {
        return switch (state) {
            case OPEN, FORCED_OPEN -> Standing.OUT;
            case HALF_OPEN -> Standing.TRIAL;
            default -> Standing.IN;
        };
    }

    private int portion(long now) {
        if (!returning) {
            return WHOLE;
        }
        long since = now - returnedAt;
        if (since >= rampUp) {
            returning = false;
            return WHOLE;
        }
        return (int) Math.max(WHOLE / 10, WHOLE * since / rampUp);
    }
}
