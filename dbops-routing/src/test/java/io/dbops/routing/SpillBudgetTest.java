package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How many reads a second go to the primary for want of a replica. */
class SpillBudgetTest {

    private final HandClock clock = new HandClock();
    private final SpillBudget budget = new SpillBudget(10, clock);

    private int taken() {
        int taken = 0;
        while (budget.take() == 0) {
            taken++;
        }
        return taken;
    }

    @Test
    void aSecondsWorthMayComeAtOnceAndThenNoMore() {
        assertThat(taken()).isEqualTo(10);
        assertThat(Duration.ofNanos(budget.take())).isEqualTo(Duration.ofMillis(100));
    }

    @Test
    void itFillsUpEvenly() {
        taken();
        clock.pass(Duration.ofMillis(250));
        assertThat(taken()).isEqualTo(2);
        assertThat(Duration.ofNanos(budget.take())).isEqualTo(Duration.ofMillis(50));
        clock.pass(Duration.ofHours(1));
        assertThat(taken()).isEqualTo(10);
    }

    @Test
    void ofNothingThereIsNoBudget() {
        assertThatThrownBy(() -> RoutedPair.LENIENT.spillingUpTo(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sparingPrimary");
    }
}
