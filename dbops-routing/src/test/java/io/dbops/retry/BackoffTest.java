package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.dialect.Recovery;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final long MILLI = 1_000_000;

    private final Backoff backoff = new Backoff(Duration.ofMillis(2), Duration.ofMillis(200));

    @Test
    void theFirstWaitIsUpToThreeTimesTheShortest() {
        assertThat(backoff.next(Recovery.RETRY, 0, 0)).isEqualTo(2 * MILLI);
        assertThat(backoff.next(Recovery.RETRY, 0, 0.999_999_999)).isBetween(6 * MILLI - 10, 6 * MILLI);
        assertThat(backoff.firstAtMost()).isEqualTo(Duration.ofMillis(6));
    }

    @Test
    void laterOnesAreUpToThreeTimesTheOneBeforeAndNeverLongerThanTheLongest() {
        assertThat(backoff.next(Recovery.RETRY, 50 * MILLI, 0)).isEqualTo(2 * MILLI);
        assertThat(backoff.next(Recovery.RETRY, 50 * MILLI, 0.5)).isEqualTo(76 * MILLI);
        assertThat(backoff.next(Recovery.RETRY, 190 * MILLI, 0.999_999)).isLessThanOrEqualTo(200 * MILLI);
    }

    @Test
    void aServerInTroubleIsGivenTenTimesAsLong() {
        for (Recovery recovery : new Recovery[] {Recovery.FAILOVER, Recovery.NEW_CONNECTION, Recovery.BACK_OFF}) {
            assertThat(backoff.next(recovery, 0, 0)).isEqualTo(20 * MILLI);
            assertThat(backoff.next(recovery, 1_900 * MILLI, 0.999_999)).isLessThanOrEqualTo(2_000 * MILLI);
        }
    }

    @Test
    void aBudgetIsSpentInVainAndRefilledBySuccess() {
        var budget = new RetryBudget(2, 0.5);
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).as("empty").isFalse();
        budget.succeeded(0);
        assertThat(budget.take()).as("half a retry").isFalse();
        budget.succeeded(0);
        assertThat(budget.take()).isTrue();
        budget.succeeded(1);
        assertThat(budget.take()).as("what led to success is given back").isTrue();
        for (int i = 0; i < 100; i++) {
            budget.succeeded(3);
        }
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).isTrue();
        assertThat(budget.take()).as("never more than it holds").isFalse();
    }
}
