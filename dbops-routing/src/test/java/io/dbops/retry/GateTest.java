package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.tx.Transactions;
import io.dbops.tx.Unit;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Taking turns, with time that passes only when the test says so, but for the waits themselves. */
@Timeout(60)
class GateTest {

    private static final long MILLI = 1_000_000;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final FakeClock clock = new FakeClock();

    private static Thread start(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING && thread.getState() != Thread.State.WAITING) {
            LockSupport.parkNanos(MILLI);
        }
    }

    @Test
    void afterAConflictUnitsGoOneAfterAnotherInTheOrderInWhichTheyCame() throws Exception {
        var gate = new Gate(MILLI, clock);
        assertThat(gate.enter(MINUTE)).as("waits").isFalse();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        var done = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            int number = i;
            awaitWaiting(start(() -> {
                gate.enter(MINUTE);
                order.add(number);
                gate.leave(MILLI, true);
                done.countDown();
            }));
        }
        assertThat(order).isEmpty();

        gate.leave(MILLI, true);
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void aThreadMayComeAgainWhileItsTurnLastsAndNotLonger() throws Exception {
        var gate = new Gate(MILLI, clock);
        gate.enter(MINUTE);
        var entered = new CountDownLatch(1);
        Thread other = start(() -> {
            gate.enter(MINUTE);
            entered.countDown();
        });
        awaitWaiting(other);
        clock.advance(10 * MILLI);
        gate.leave(MILLI, true);

        assertThat(entered.await(20, TimeUnit.SECONDS)).as("its turn").isTrue();
        assertThat(gate.enter(10 * MILLI)).as("waits, and goes anyway").isTrue();
    }

    @Test
    void rule34_whoHasWaitedLongerThanOthersTakeGoesAnyway() {
        var gate = new Gate(MILLI, clock);
        gate.enter(MINUTE);
        clock.advance(MILLI);
        Thread waiting = start(() -> {
            gate.enter(MINUTE);
            gate.leave(MILLI, true);
        });
        awaitWaiting(waiting);
        while (waiting.isAlive()) {
            clock.advance(60 * MILLI);
            LockSupport.parkNanos(MILLI);
        }
        assertThat(waiting.isAlive()).isFalse();
    }

    @Test
    void rule34_nobodyWaitsLongerThanItsTime() {
        var gate = new Gate(MINUTE, clock);
        gate.enter(MINUTE);
        long start = System.nanoTime();
        assertThat(gate.enter(20 * MILLI)).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    }

    /** Whoever gives up further back, or is the first no more, has not made the first one wait anew. */
    @Test
    void rule34_whoeverElseGivesUpTheFirstGoesInItsTime() throws Exception {
        var gate = new Gate(MILLI, clock);
        gate.enter(MINUTE);
        var entered = new CountDownLatch(1);
        awaitWaiting(start(() -> {
            gate.enter(MINUTE);
            entered.countDown();
        }));
        for (int i = 0; i < 1_000 && entered.getCount() > 0; i++) {
            clock.advance(10 * MILLI);
            gate.enter(MILLI);
            gate.leave(MILLI, false);
        }
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(clock.nanos()).as("50 ms are its time").isLessThan(1_000_000_000_000L + 2_000 * MILLI);
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() {
        var gate = new Gate(MINUTE, clock);
        gate.enter(MINUTE);
        Thread.currentThread().interrupt();
        gate.enter(MINUTE);
        assertThat(Thread.interrupted()).isTrue();
        gate.leave(MILLI, true);
        gate.leave(MILLI, true);
        assertThat(gate.enter(MINUTE)).as("all have left").isFalse();
    }

    @Test
    void moreAreLetInWhileThatCommitsMoreAndFewerAfterADearConflict() {
        var limit = new GateLimit(MILLI, clock.nanos());
        assertThat(limit.limit()).isEqualTo(1);
        commit(limit, 2_000, count -> Math.min(count, 3));
        assertThat(limit.limit()).as("three at once commit most").isBetween(2, 4);

        limit.conflicted(1_000 * MILLI, clock.nanos());
        assertThat(limit.limit()).isEqualTo(1);
        commit(limit, 5_000, count -> Math.min(count, 3));
        assertThat(limit.limit())
                .as("a deadlock is not tried again for ten times as long")
                .isEqualTo(1);
        commit(limit, 30_000, count -> Math.min(count, 3));
        assertThat(limit.limit()).isBetween(2, 4);
    }

    private interface Yield {
        int of(int count);
    }

    /** So many good attempts, at one a millisecond for each that yields something. */
    private void commit(GateLimit limit, int attempts, Yield yield) {
        for (int i = 0; i < attempts; i++) {
            clock.advance(MILLI / yield.of(limit.limit()));
            limit.succeeded(MILLI, clock.nanos());
        }
    }

    @Test
    void whereNothingIsInConflictThereIsNoGate() throws SQLException {
        var gates = new Gates(clock);
        var unit = new Unit("name", null, null, null, false, false);
        assertThat(gates.find(unit, GateTest.class)).isNull();

        gates.conflicted(unit, GateTest.class, MILLI);
        Gate gate = gates.find(unit, GateTest.class);
        assertThat(gate).isNotNull();
        assertThat(gates.find(new Unit("other", null, null, null, false, false), GateTest.class))
                .isNull();
        assertThat(gates.find(new Unit("name", 7, null, null, false, false), GateTest.class))
                .as("another key")
                .isNull();

        clock.advance(TimeUnit.SECONDS.toNanos(30));
        gates.calmDown();
        assertThat(gates.count()).isZero();
        assertThat(gates.find(unit, GateTest.class)).isNull();
    }

    @Test
    void unitsWithoutANameAreToldApartByWhereTheyAre() {
        var gates = new Gates(clock);
        var unit = new Unit(null, null, null, null, false, false);
        gates.conflicted(unit, GateTest.class, MILLI);
        assertThat(gates.find(unit, GateTest.class)).isNotNull();
        assertThat(gates.find(unit, Transactions.class)).isNull();
    }
}
