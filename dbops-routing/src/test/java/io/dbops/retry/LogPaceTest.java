package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogPaceTest {

    private final FakeClock clock = new FakeClock();
    private final LogPace pace = new LogPace(clock);

    @Test
    void fiveAtOnceThenOneEveryTenSecondsWithHowManyWereLeftOut() {
        for (int i = 0; i < 5; i++) {
            assertThat(pace.leftOut()).isZero();
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(pace.leftOut()).isEqualTo(LogPace.NOT_NOW);
        }
        clock.advance(Duration.ofSeconds(10).toNanos());

        assertThat(pace.leftOut()).isEqualTo(1_000);
        assertThat(pace.leftOut()).isEqualTo(LogPace.NOT_NOW);
    }
}
