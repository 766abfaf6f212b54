package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PositionsAndPortsTest {
    private static final long SEGMENT = 16L << 20;
    private static final long PAGE = 8192;

    @ParameterizedTest
    @CsvSource({"0x3000028, 0x3000000", "0x3002018, 0x3002000", "0x3002028, 0x3002028"})
    void positionBehindPageHeaderIsTheStartOfThePage(String inserted, String end) {
        assertThat(PostgresControl.withoutPageHeader(Long.decode(inserted), SEGMENT, PAGE))
                .isEqualTo(Long.decode(end));
    }

    @RepeatedTest(20)
    void portsAreOutsideOfTheEphemeralRange() {
        assertThat(FreePorts.next()).isLessThan(FreePorts.ephemeralStart());
    }
}
