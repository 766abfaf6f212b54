package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.tx.Transactions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What retries refuse, in which words, and what they leave as it is. */
class RetryInputTest {

    private final AtomicInteger runs = new AtomicInteger();
    private final Transactions transactions = Retries.attempts(3).over(Leading.toNothing());

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void attemptsCountTheFirst() {
        String rule = "): must be 1 to 100, the first one included; 1 never runs a unit again";
        assertRefused(() -> Retries.attempts(0), "attempts (0" + rule);
        assertRefused(() -> Retries.attempts(-1), "attempts (-1" + rule);
        assertRefused(() -> Retries.attempts(101), "attempts (101" + rule);
    }

    @Test
    void theDeadlineLeavesTimeForTheFirstWait() {
        Retries retries = Retries.attempts(3);
        String rule =
                "): must be longer than the longest first wait, PT0.006S, or nothing could be run again, and PT24H at"
                        + " most";
        assertRefused(() -> retries.deadline(Duration.ofMillis(6)), "deadline (PT0.006S" + rule);
        assertRefused(() -> retries.deadline(Duration.ofSeconds(-1)), "deadline (PT-1S" + rule);
        assertRefused(() -> retries.deadline(Duration.ofHours(25)), "deadline (PT25H" + rule);
        assertThat(retries.deadline(Duration.ofMillis(7))).isNotNull();
    }

    @Test
    void longerWaitsThanTheDeadlineAreRefusedWhicheverIsSetLast() {
        assertRefused(
                () -> Retries.attempts(3)
                        .deadline(Duration.ofMillis(50))
                        .backingOff(Duration.ofMillis(20), Duration.ofMillis(200)),
                "deadline (PT0.05S): must be longer than the longest first wait, PT0.06S, or nothing could be run again, and"
                        + " PT24H at most");
    }

    @Test
    void waitsAreSomethingAndBounded() {
        Retries retries = Retries.attempts(3);
        String rule =
                "): the first must be more than nothing and no longer than the second, which is 10 minutes at most";
        Duration milli = Duration.ofMillis(1);
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        assertRefused(() -> retries.backingOff(Duration.ZERO, milli), "backingOff (PT0S, PT0.001S" + rule);
        assertRefused(() -> retries.backingOff(milli.negated(), milli), "backingOff (PT-0.001S, PT0.001S" + rule);
        assertRefused(() -> retries.backingOff(milli, Duration.ofMinutes(11)), "backingOff (PT0.001S, PT11M" + rule);
        assertRefused(() -> retries.backingOff(endless, endless), "backingOff (" + endless + ", " + endless + rule);
    }

    /** What is thrown inside is the caller's own: as it is, not wrapped, and not run again. */
    @Test
    void theCallersCheckedExceptionIsTheSameAfterARetryWithTheEarlierFailureSuppressed() {
        var mine = new IOException("mine");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    if (runs.incrementAndGet() == 1) {
                        throw new SQLException("planted", "40001");
                    }
                    throw mine;
                }))
                .isSameAs(mine)
                .hasNoCause();
        assertThat(runs).hasValue(2);
        assertThat(mine.getSuppressed())
                .singleElement()
                .satisfies(earlier -> assertThat(earlier).hasMessage("planted"));
    }

    @Test
    void anInterruptedExceptionOfTheWorkIsTheCallersOwn() {
        var mine = new InterruptedException("mine");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    runs.incrementAndGet();
                    throw mine;
                }))
                .isSameAs(mine);
        assertThat(runs).hasValue(1);
    }

    @Test
    void outermostUnitsAreRefusedInsideOthers() {
        assertThatThrownBy(() -> transactions.run(
                        connection -> transactions.named("inner").outermost().run(joined -> {
                            throw new AssertionError("it ran");
                        })))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "unit of work \"inner\" is inside another transaction, and is not to be: it could not be run"
                                + " again alone; begin it outside, or leave out .outermost()");
    }
}
