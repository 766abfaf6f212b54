package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.dialect.WalPosition;
import org.junit.jupiter.api.Test;

class SampleRingTest {

    private final SampleRing ring = new SampleRing();

    private static WalPosition at(long lsn) {
        return new WalPosition(1, 1, lsn);
    }

    @Test
    void rule03_aNodeBehindTheNewestSampleHasReachedAnOlderOne() {
        for (long i = 1; i <= 100; i++) {
            ring.add(new Sample(i, at(i * 10)));
        }
        assertThat(ring.newestReachedBy(at(1_000))).isEqualTo(100);
        assertThat(ring.newestReachedBy(at(705))).isEqualTo(70);
        assertThat(ring.newestReachedBy(at(10))).isEqualTo(1);
        assertThat(ring.newestReachedBy(at(9))).isEqualTo(-1);
    }

    @Test
    void aLagOfAnyLengthIsMeasuredToAFewPerCent() {
        long spacing = 5;
        int added = 2_000_000;
        for (int i = 1; i <= added; i++) {
            ring.add(new Sample(i * spacing, at(i)));
            assertThat(ring.size()).isLessThanOrEqualTo(SampleRing.CAPACITY);
        }
        assertThat(ring.newestReachedBy(at(added))).isEqualTo(added * spacing);
        for (int lag = 1; lag < added; lag += 1 + lag / 10) {
            long measured = added * spacing - ring.newestReachedBy(at(added - lag));
            long exact = lag * spacing;
            assertThat(measured).isBetween(exact, exact + exact / 15 + 2 * spacing);
        }
        assertThat(ring.newestReachedBy(at(1))).as("the oldest stays").isEqualTo(spacing);
    }

    @Test
    void positionsOfAnotherLineageReachNothing() {
        ring.add(new Sample(1, at(10)));
        assertThat(ring.newestReachedBy(new WalPosition(1, 2, 1_000))).isEqualTo(-1);
        assertThat(ring.newestReachedBy(new WalPosition(2, 1, 1_000))).isEqualTo(-1);
        assertThat(ring.isCoveredBy(new WalPosition(1, 2, 1_000))).isFalse();
    }
}
