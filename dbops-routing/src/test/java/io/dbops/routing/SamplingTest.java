package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.DbOpsException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SamplingTest {

    private static Sampling within(Duration bound) {
        return new Sampling(bound, 50, Duration.ofSeconds(1));
    }

    @Test
    void theIntervalIsAQuarterOfTheBoundAtMostASecondAndWithinTheBudget() {
        assertThat(within(Duration.ofSeconds(2)).interval()).isEqualTo(Duration.ofMillis(500));
        assertThat(within(Duration.ofMinutes(1)).interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(within(Duration.ofMillis(50)).interval()).isEqualTo(Duration.ofMillis(20));
    }

    @Test
    void aBoundIsProvableDownToTwoIntervalsAndAnAnswer() {
        Duration roundTrip = Duration.ofMillis(10);
        assertThatCode(() -> within(Duration.ofMillis(50)).check(roundTrip)).doesNotThrowAnyException();
        assertThatThrownBy(() -> within(Duration.ofMillis(49)).check(roundTrip))
                .isInstanceOf(DbOpsException.class)
                .hasMessage("within (49 ms): must be at least 2 x 20 ms between samples + 10 ms for an answer = 50 ms;"
                        + " allow more staleness, or more samples a second (now 50)");
    }
}
