package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.pool.PoolSizing.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PoolSizingTest {

    private static final PoolSizing NOTHING = PoolSizing.unknown();

    @ParameterizedTest
    @CsvSource({"100, 10, 1", "100, 11, 2", "1000, 5, 5", "0.1, 100, 1", "300, 20, 6", "7000, 10, 70"})
    void theNeedIsArrivalsTimesTheTimeHeld(double perSecond, long millis, int expected) {
        assertThat(NOTHING.arrivals(perSecond, Duration.ofMillis(millis))
                        .binding()
                        .connections())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "8, 1, 1", "8, 2, 9", "8, 3, 17", "1, 3, 3"})
    void theFloorLetsOneThreadHaveItsLastConnection(int threads, int held, int expected) {
        assertThat(NOTHING.threads(threads, held).binding().connections()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"4, 1, 1, 9", "4, 1, 2, 4", "16, 0, 4, 8", "1, 0, 30, 1"})
    void whatTheServerDoesWellAtIsSharedByTheInstances(int cores, int spindles, int instances, int expected) {
        assertThat(NOTHING.server(cores, spindles, instances).binding().connections())
                .isEqualTo(expected);
    }

    @Test
    void theNeedDecidesUpToTheCapacityAndTheFloorOverBoth() {
        PoolSizing small = NOTHING.arrivals(100, Duration.ofMillis(30)).server(4, 0, 1);
        assertThat(small.binding().kind()).isEqualTo(Kind.NEED);
        PoolSizing large = NOTHING.arrivals(1000, Duration.ofMillis(30)).server(4, 0, 1);
        assertThat(large.binding().kind()).isEqualTo(Kind.CAPACITY);
        assertThat(large.threads(8, 2).binding().kind()).isEqualTo(Kind.FLOOR);
        assertThat(large.threads(4, 2).binding().kind()).isEqualTo(Kind.CAPACITY);
        assertThat(large.threads(8, 2))
                .hasToString("the load needs 30 (1000.0 a second x 30.0 ms); the server does well at 8 (the whole of it"
                        + " at 2 x 4 cores + 0 spindles = 8, by 1 instance); its threads need 9 (8 threads x (2 held at"
                        + " once - 1) + 1): 9 is advised");
    }

    @Test
    void whatIsNotKnownIsNotMadeUp() {
        assertThat(NOTHING).hasToString("no load, threads or cores were told");
        assertThatThrownBy(NOTHING::binding).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void badFiguresAreRejected() {
        assertThatThrownBy(() -> NOTHING.threads(0, 2)).hasMessage("threads (0): must be at least 1");
        assertThatThrownBy(() -> NOTHING.threads(2, 0)).hasMessage("connections held at once (0): must be at least 1");
        assertThatThrownBy(() -> NOTHING.server(0, 0, 1)).hasMessage("cores (0): must be at least 1");
        assertThatThrownBy(() -> NOTHING.server(1, -1, 1)).hasMessage("spindles (-1): must not be negative");
        assertThatThrownBy(() -> NOTHING.arrivals(Double.NaN, Duration.ofMillis(1)))
                .hasMessageEndingWith("must be more than nothing");
        assertThatThrownBy(() -> NOTHING.arrivals(1, Duration.ZERO)).hasMessageEndingWith("must be more than nothing");
        assertThatThrownBy(() -> NOTHING.threads(2, 2).threads(3, 2)).hasMessageEndingWith("must be one of a kind");
        assertThatThrownBy(() -> NOTHING.threads(Integer.MAX_VALUE, 3))
                .hasMessageEndingWith("more connections than can be counted");
    }
}
