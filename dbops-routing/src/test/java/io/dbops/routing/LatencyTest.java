package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** An average in which what is old counts ever less. */
class LatencyTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Latency latency = new Latency();

    @Test
    void theFirstAnswerIsTheAverage() {
        assertThat(latency.isKnown()).isFalse();
        latency.heard(700, SECOND);
        assertThat(latency.nanos()).isEqualTo(700);
    }

    @Test
    void oneOfABurstMovesItLittle() {
        latency.heard(1_000, SECOND);
        latency.heard(17_000, SECOND);
        assertThat(latency.nanos()).isEqualTo(2_000);
    }

    @Test
    void oneAfterALongTimeIsNearlyAllThatCounts() {
        latency.heard(1_000_000, SECOND);
        latency.heard(1_000, 31 * SECOND);
        assertThat(latency.nanos()).isBetween(1_000L, 5_000L);
    }

    @Test
    void whatIsNotHeardOfFades() {
        latency.heard(1_000_000, SECOND);
        assertThat(latency.faded(SECOND)).isEqualTo(1_000_000);
        assertThat(latency.faded(6 * SECOND)).isBetween(360_000L, 370_000L);
        assertThat(latency.isRecent(6 * SECOND)).isTrue();
        assertThat(latency.isRecent(12 * SECOND)).isFalse();
    }
}
