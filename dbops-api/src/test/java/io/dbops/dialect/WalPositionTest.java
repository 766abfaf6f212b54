package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WalPositionTest {

    private static final int BLOCK = 8192;
    private static final long SEGMENT = 16 * 1024 * 1024;

    private static WalPosition at(String lsn) {
        String[] halves = lsn.split("/");
        return new WalPosition(7, 1, Long.parseLong(halves[0], 16) << 32 | Long.parseLong(halves[1], 16));
    }

    @ParameterizedTest
    @CsvSource({
        "0/21000028, 0/21000000, behind the header of an empty segment",
        "0/21002018, 0/21002000, behind the header of an empty page",
        "0/21000018, 0/21000000, a short header at a segment's start does not occur; it reads as an empty page",
        "0/21002028, 0/21002028, a page with a record of 16 bytes is not empty",
        "0/21000029, 0/21000029, a segment with a record is not empty",
        "0/21000000, 0/21000000, exactly at a segment's start",
        "FF/21000028, FF/21000000, beyond 4 GiB",
    })
    void rule02_theHeaderOfAnEmptyPageIsNotWaitedFor(String insert, String required, String why) {
        WalPosition position = WalPosition.ofInsert(7, 1, at(insert).lsn(), BLOCK, SEGMENT);
        assertThat(position).as(why).isEqualTo(at(required));
    }

    @Test
    void coversWhatIsNotLaterInTheSameLineage() {
        assertThat(at("0/10").covers(at("0/F"))).isTrue();
        assertThat(at("0/10").covers(at("0/10"))).isTrue();
        assertThat(at("0/10").covers(at("0/11"))).isFalse();
        assertThat(at("1/0").covers(at("0/FFFFFFFF"))).isTrue();
        assertThat(new WalPosition(7, 1, -1).covers(at("0/1")))
                .as("positions are unsigned")
                .isTrue();
    }

    @Test
    void nothingIsCoveredAcrossLineages() {
        assertThat(new WalPosition(7, 2, 100).covers(new WalPosition(7, 1, 1))).isFalse();
        assertThat(new WalPosition(8, 1, 100).covers(new WalPosition(7, 1, 1))).isFalse();
    }

    @Test
    void isWrittenAsPostgresWritesIt() {
        assertThat(new WalPosition(7, 3, 0x2A_0000_00FFL)).hasToString("3:2A/FF");
    }
}
