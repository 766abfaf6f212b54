package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.routing.Health.Standing;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node leaves the rotation, and how it comes back. */
class HealthTest {

    private static final long FAST = Duration.ofMillis(1).toNanos();
    private static final long SLOW = Duration.ofMillis(400).toNanos();
    private static final Duration INTERVAL = Duration.ofMillis(500);

    private final HandClock clock = new HandClock();
    private final Health health = new Health("a", 3, Duration.ofSeconds(10), clock);

    @BeforeEach
    void answerWell() {
        for (int i = 0; i < 20; i++) {
            probe(FAST, false);
        }
        assertThat(health.standing()).isEqualTo(Standing.IN);
        assertThat(health.share()).isEqualTo(300);
    }

    private void probe(long nanos, boolean slow) {
        clock.pass(INTERVAL);
        health.probed(nanos, slow);
    }

    private void leave() {
        probe(SLOW, true);
        probe(SLOW, true);
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void oneSlowAnswerToTheWatchDoesNoHarmAndTwoDo() {
        probe(SLOW, true);
        assertThat(health.standing()).isEqualTo(Standing.IN);
        probe(FAST, false);
        assertThat(health.standing()).isEqualTo(Standing.IN);
        probe(SLOW, true);
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void twoAnswersThatDoNotComeDoAsWell() {
        health.probeFailed();
        assertThat(health.standing()).isEqualTo(Standing.IN);
        health.probeFailed();
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void aStatementNowAndThenThatIsSlowDoesNoHarm() {
        for (int i = 0; i < 300; i++) {
            health.served(i % 3 == 0 ? SLOW : FAST, i % 3 == 0);
            assertThat(health.standing()).isEqualTo(Standing.IN);
        }
    }

    @Test
    void whenHalfOfWhatTheApplicationSeesIsSlowTheNodeLeaves() {
        for (int i = 0; i < 20; i++) {
            health.served(SLOW, i % 2 == 0);
        }
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void connectionsThatAreLostMakeItLeave() {
        for (int i = 0; i < 9; i++) {
            health.failed();
            assertThat(health.standing()).isEqualTo(Standing.IN);
        }
        health.failed();
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void itIsTriedAfterATimeAndReturnsWhenTheTrialsAreGood() {
        leave();
        probe(FAST, false);
        probe(FAST, false);
        probe(FAST, false);
        assertThat(health.standing()).as("1.5 s later").isEqualTo(Standing.OUT);
        probe(FAST, false);
        probe(FAST, false);
        assertThat(health.standing()).as("2.5 s later: the first good trial").isEqualTo(Standing.TRIAL);
        probe(FAST, false);
        assertThat(health.standing()).isEqualTo(Standing.IN);
    }

    @Test
    void badTrialsKeepItOut() {
        leave();
        for (int i = 0; i < 5; i++) {
            probe(SLOW, true);
        }
        assertThat(health.standing()).isEqualTo(Standing.TRIAL);
        probe(SLOW, true);
        assertThat(health.standing()).isEqualTo(Standing.OUT);
    }

    @Test
    void itsShareGrowsFromATenthToTheWholeWithinTheRampUp() {
        health.returns();
        assertThat(health.share()).isEqualTo(30);
        clock.pass(Duration.ofSeconds(5));
        health.probed(FAST, false);
        assertThat(health.share()).isEqualTo(150);
        clock.pass(Duration.ofSeconds(5));
        health.probed(FAST, false);
        assertThat(health.share()).isEqualTo(300);
    }

    @Test
    void whoReturnsFromBeingOutBeginsWithATenth() {
        leave();
        while (health.standing() != Standing.IN) {
            probe(FAST, false);
        }
        assertThat(health.share()).isEqualTo(30);
    }

    @Test
    void whatTheApplicationSawFadesTowardsWhatTheWatchSees() {
        for (int i = 0; i < 40; i++) {
            health.served(SLOW, false);
        }
        assertThat(health.micros()).isEqualTo(400_000);
        clock.pass(Duration.ofSeconds(40));
        health.probed(FAST, false);
        assertThat(health.micros()).isLessThan(2_000);
    }
}
