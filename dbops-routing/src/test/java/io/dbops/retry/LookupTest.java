package io.dbops.retry;

import static io.dbops.retry.CommitMarkersRulesTest.unknown;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.time.Clock;
import io.dbops.tx.CommitOutcome;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A lookup goes on through trouble until its time is up, and never throws. */
class LookupTest {

    private static final Duration TIME = Duration.ofSeconds(10);

    private final HandClock clock = new HandClock();
    private final AtomicInteger asked = new AtomicInteger();

    /** Time that passes while somebody sleeps. */
    private static final class HandClock implements Clock {

        private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void sleep(long time) throws InterruptedException {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            nanos += time;
        }

        @Override
        public long wallMillis() {
            return nanos / 1_000_000;
        }

        @Override
        public void park(long time) {
            nanos += time;
        }
    }

    private CommitOutcome lookUp(DataSource dataSource, Duration within) {
        return new Lookup(dataSource, clock.nanos() + within.toNanos(), clock)
                .until(connection -> Finding.committed(), "ask somebody");
    }

    private DataSource refusing(Runnable also) {
        return Leading.to(() -> {
            asked.incrementAndGet();
            also.run();
            throw new SQLException("nobody listens", "08001");
        });
    }

    /** The clock overflows meanwhile, as clocks without an origin may. */
    @Test
    void asksAgainUntilItsTimeIsUp() {
        assertThat(unknown(lookUp(refusing(() -> {}), TIME)))
                .isEqualTo("nobody could be asked; the last look failed: nobody listens; ask somebody");
        assertThat(asked).hasValueBetween(150, 200);
    }

    @Test
    void asksNobodyWithoutTime() {
        assertThat(unknown(lookUp(refusing(() -> {}), Duration.ZERO))).isEqualTo("nobody could be asked; ask somebody");
        assertThat(asked).hasValue(0);
    }

    @Test
    void endsEarlyForAnInterruptAndKeepsIt() {
        assertThat(unknown(lookUp(refusing(Thread.currentThread()::interrupt), TIME)))
                .contains("interrupted");
        assertThat(asked).hasValue(1);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void looksAlthoughTheThreadWasInterruptedBefore() {
        Thread.currentThread().interrupt();

        lookUp(refusing(() -> assertThat(Thread.currentThread().isInterrupted()).isFalse()), TIME);

        assertThat(asked).hasValueBetween(150, 200);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void survivesADataSourceThatIsClosed() {
        DataSource closed = Leading.to(() -> {
            throw new IllegalStateException("closed");
        });

        assertThat(unknown(lookUp(closed, TIME))).contains("closed");
    }
}
