package io.dbops.samples.tpcc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The sample after TPC-C, run shorter than a reader would. {@code -Ddbops.seed=} repeats the draws of an earlier run, and
 * {@code -Ddbops.seconds=} makes a longer one.
 */
@Tag("cluster-heavy")
class TpccTest {

    /** They tell of each connection that is lost. Here that is what is meant to happen. */
    private static final List<Logger> TELLTALES =
            List.of(logger("com.zaxxer.hikari"), logger("io.dbops.routing.events"));

    @BeforeAll
    static void hushTelltales() {
        TELLTALES.forEach(logger -> logger.setLevel(Level.ERROR));
    }

    @AfterAll
    static void letThemTell() {
        TELLTALES.forEach(logger -> logger.setLevel(null));
    }

    private static Logger logger(String name) {
        return (Logger) LoggerFactory.getLogger(name);
    }

    @Test
    void theConditionsHoldAfterEverythingBroke() throws Exception {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        System.out.println("tpcc, seed " + seed);

        Report report = new Run(
                        PostgresServers::new,
                        Scale.SMALL,
                        Duration.ofSeconds(Long.getLong("dbops.seconds", 12)),
                        8,
                        seed)
                .play();

        report.print(System.out);
        assertThat(report.findings()).as("seed %d", seed).allSatisfy(finding -> {
            assertThat(finding.looked()).as(finding.condition()).isPositive();
            assertThat(finding.violations()).as(finding.condition()).isEmpty();
        });
        assertThat(report.struck())
                .as("seed %d", seed)
                .hasSizeGreaterThanOrEqualTo(9)
                .allSatisfy((fault, struck) -> assertThat(struck).as(fault).isPositive());
        assertThat(report.holds()).isTrue();
        assertSomethingWasAtStake(report, seed);
    }

    private static void assertSomethingWasAtStake(Report report, long seed) {
        Tally tally = report.books().tally();
        assertThat(Kind.values())
                .allSatisfy(kind -> assertThat(tally.of(kind, Fate.COMMITTED))
                        .as(kind.unit())
                        .isPositive());
        assertThat(tally.retries()).as("units run again, seed %d", seed).isNotEmpty();
        assertThat(tally.resolved())
                .as("commits without an answer, seed %d", seed)
                .isNotEmpty();
        assertThat(report.onReplica()).as("reads on a replica, seed %d", seed).isPositive();
    }
}
