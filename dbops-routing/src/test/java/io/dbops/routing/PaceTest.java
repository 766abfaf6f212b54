package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final Pace pace = new Pace(SECOND / 2, 50);

    @Test
    void theFirstQuestionIsDueAtOnce() {
        assertThat(pace.regularDue()).isZero();
        assertThat(pace.demandDue(7)).isEqualTo(7);
    }

    @Test
    void withoutDemandQuestionsAreAnIntervalApart() {
        pace.started(SECOND, 0);
        assertThat(pace.regularDue()).isEqualTo(SECOND + SECOND / 2);
        pace.started(SECOND * 2, 11);
        assertThat(pace.regularDue()).isEqualTo(SECOND * 2 + SECOND / 2 + 11);
    }

    @Test
    void demandsAreAtLeastFiveMillisecondsApart() {
        pace.started(SECOND, 0);
        assertThat(pace.demandDue(SECOND)).isEqualTo(SECOND + Pace.SPACING);
    }

    @Test
    void constantDemandStaysWithinTheBudget() {
        long now = SECOND;
        int asked = 0;
        for (long end = now + 10 * SECOND; now < end; asked++) {
            now = pace.demandDue(now);
            pace.started(now, 0);
        }
        assertThat(asked).isBetween(500, 515);
    }
}
