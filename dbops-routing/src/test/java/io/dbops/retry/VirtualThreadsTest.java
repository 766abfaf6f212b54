package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.retry.RetryEvent.GivenUp;
import io.dbops.retry.RetryEvent.Limit;
import io.dbops.time.SystemClock;
import io.dbops.tx.Transactions;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever waits here lets its carrier go. On JDK 21 and later ten thousand virtual threads wait at a time; before, where
 * there are none, it is two hundred of the platform's.
 */
@Timeout(120)
class VirtualThreadsTest {

    private static final boolean VIRTUAL = Runtime.version().feature() >= 21;
    private static final int MANY = VIRTUAL ? 10_000 : 200;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final ConcurrentLinkedQueue<RetryEvent> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger runs = new AtomicInteger();

    private static Thread start(Runnable work) throws ReflectiveOperationException {
        if (VIRTUAL) {
            // Compiled for 17, which does not have it.
            Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
            return (Thread) start.invoke(null, work);
        }
        var thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    }

    /** The threads that held on to their carriers in code of ours, while something ran. */
    private static List<RecordedEvent> pinned(Path directory, Scenario scenario) throws Exception {
        Path file = directory.resolve("pinned.jfr");
        try (var recording = new Recording()) {
            recording.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
            recording.start();
            scenario.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("jdk.VirtualThreadPinned"))
                .filter(event -> String.valueOf(event.getStackTrace()).contains("io.dbops."))
                .toList();
    }

    private interface Scenario {
        void run() throws Exception;
    }

    @Test
    void manyWaitAtAGateAndAllGetIn(@TempDir Path directory) throws Exception {
        var gate = new Gate(TimeUnit.SECONDS.toNanos(1), SystemClock.INSTANCE);
        assertThat(gate.limit()).isEqualTo(1);
        var waited = new AtomicInteger();
        assertThat(pinned(directory, () -> {
                    gate.enter(MINUTE);
                    var begun = new CountDownLatch(MANY);
                    var done = new CountDownLatch(MANY);
                    for (int i = 0; i < MANY; i++) {
                        start(() -> {
                            begun.countDown();
                            waited.addAndGet(gate.enter(MINUTE) ? 1 : 0);
                            gate.leave(1_000, true);
                            done.countDown();
                        });
                    }
                    await(begun);
                    gate.leave(1_000, true);
                    await(done);
                }))
                .isEmpty();
        assertThat(waited.get()).as("who waited").isGreaterThan(MANY / 2);
    }

    @Test
    void manyWaitToBeRunAgainAndAllGetThrough(@TempDir Path directory) throws Exception {
        Transactions transactions = Retries.attempts(2)
                .withoutGate()
                .backingOff(Duration.ofMillis(500), Duration.ofSeconds(1))
                .spending(1_000_000, 1)
                .listener(events::add)
                .over(Leading.toNothing());
        // A thread that loads a class may be held, once.
        failOnce(transactions);
        assertThat(pinned(directory, () -> {
                    var done = new CountDownLatch(MANY);
                    for (int i = 0; i < MANY; i++) {
                        start(() -> {
                            failOnce(transactions);
                            done.countDown();
                        });
                    }
                    await(done);
                }))
                .isEmpty();
        assertThat(runs).hasValue(2 * (1 + MANY));
        assertThat(events).hasSize(1 + MANY);
    }

    private void failOnce(Transactions transactions) {
        var failed = new AtomicBoolean();
        try {
            transactions.run(connection -> {
                runs.incrementAndGet();
                if (!failed.getAndSet(true)) {
                    throw new SQLException("planted", "40001");
                }
            });
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void anInterruptEndsTheWaitAtAGate() throws Exception {
        var gate = new Gate(TimeUnit.SECONDS.toNanos(1), SystemClock.INSTANCE);
        gate.enter(MINUTE);
        var ended = new CountDownLatch(1);
        var flag = new AtomicBoolean();
        Thread thread = start(() -> {
            gate.enter(MINUTE);
            flag.set(Thread.currentThread().isInterrupted());
            ended.countDown();
        });
        thread.interrupt();
        await(ended);
        assertThat(flag).isTrue();
    }

    @Test
    void nobodyWaitsAtAGateForLongerThanItsTime() throws Exception {
        var gate = new Gate(MINUTE, SystemClock.INSTANCE);
        gate.enter(MINUTE);
        var ended = new CountDownLatch(1);
        start(() -> {
            gate.enter(TimeUnit.MILLISECONDS.toNanos(20));
            ended.countDown();
        });
        await(ended);
    }

    /** How it ends for a unit that always fails, on a thread that is interrupted when it waits if so wanted. */
    private Limit endOf(Retries retries, boolean interrupted) throws Exception {
        var ended = new CountDownLatch(1);
        var flag = new AtomicBoolean();
        Transactions transactions = retries.withoutGate()
                .listener(event -> {
                    events.add(event);
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                })
                .over(Leading.toNothing());
        start(() -> {
            assertThatThrownBy(() -> transactions.run(connection -> {
                        runs.incrementAndGet();
                        throw new SQLException("planted", "40001");
                    }))
                    .hasMessage("planted");
            flag.set(Thread.currentThread().isInterrupted());
            ended.countDown();
        });
        await(ended);
        assertThat(flag.get()).as("the interrupt flag").isEqualTo(interrupted);
        return events.stream()
                .filter(GivenUp.class::isInstance)
                .map(event -> ((GivenUp) event).limit())
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    @Test
    void anInterruptEndsTheWaitToBeRunAgain() throws Exception {
        Retries retries = Retries.attempts(3)
                .deadline(Duration.ofHours(1))
                .backingOff(Duration.ofMinutes(5), Duration.ofMinutes(9));
        assertThat(endOf(retries, true)).isEqualTo(Limit.INTERRUPT);
        assertThat(runs).hasValue(1);
    }

    @Test
    void noAttemptBeginsAfterTheDeadline() throws Exception {
        Retries retries = Retries.attempts(100)
                .deadline(Duration.ofMillis(200))
                .backingOff(Duration.ofMillis(20), Duration.ofMillis(60));
        assertThat(endOf(retries, false)).isEqualTo(Limit.DEADLINE);
        assertThat(runs.get()).isBetween(1, 11);
    }

    @Test
    void theBudgetEndsRetriesInVain() throws Exception {
        assertThat(endOf(Retries.attempts(100).spending(5, 0), false)).isEqualTo(Limit.BUDGET);
        assertThat(runs).as("a run and five retries").hasValue(6);
    }
}
