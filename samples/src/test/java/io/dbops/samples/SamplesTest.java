package io.dbops.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.EmbeddedCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Runs each sample as a reader would, and looks at what it prints. */
class SamplesTest {

    private static EmbeddedCluster cluster;

    @BeforeAll
    static void startCluster() throws SQLException {
        cluster = EmbeddedCluster.start(1);
        try (var connection = cluster.primary().connectAsSuperuser();
                var statement = connection.createStatement()) {
            statement.execute("grant create on schema public to app"); // for the markers of commits
        }
    }

    @AfterAll
    static void closeCluster() {
        cluster.close();
    }

    @Test
    void readYourWritesSeesWhatItWrote() throws Exception {
        String printed = printedBy(() -> ReadYourWrites.main(addresses()));

        assertThat(printed).startsWith("a book, a lamp from db-").contains("db-1  primary", "db-2  replica");
    }

    @Test
    void gettingStartedEndsOnAReplica() throws Exception {
        String printed = printedBy(() -> GettingStarted.main(addresses()));

        assertThat(printed)
                .containsSubsequence("db-1  primary", "hello", "db-2, for a replica that has all the read must see");
    }

    @Test
    void plainJdbcReadsWhatItWrote() throws Exception {
        String printed = printedBy(() -> PlainJdbc.main(addresses()));

        assertThat(printed)
                .contains("written on RoutingDecision[node=db-1, reason=WRITE]")
                .contains("1 visits read on RoutingDecision[node=db-");
    }

    @Test
    void whatWasWrittenIsSeenAcrossThreadsRequestsAndProcesses() throws Exception {
        assertThat(printedBy(() -> AcrossThreadsAndProcesses.main(addresses()))).startsWith("1, 2, 3 orders seen");
    }

    @Test
    void markersOfCommitsAreInATableThatIsKeptSmall() throws Exception {
        assertThat(printedBy(() -> ProvingCommits.main(addresses())))
                .startsWith("commits proved by markers in \"public\".\"dbops_tx\": 0 old ones deleted");
    }

    @Test
    void transactionsSurviveAConflict() throws Exception {
        assertThat(printedBy(() -> SurvivingTransactions.main(addresses())).lines())
                .containsExactly(
                        "Retried: unit of work \"order\"", "8 left after 2 runs", "without that part: 22P02", "6 left");
    }

    @Test
    void poolsThatFitAreOpened() throws Exception {
        assertThat(printedBy(() -> FittingPools.main(addresses()))).contains("db-1  primary", "db-2  replica");
    }

    @Test
    void poolsOfAFleetShowWhatTheyShare() throws Exception {
        assertThat(printedBy(() -> SharingPools.main(addresses())))
                .containsPattern("db-1: .* may hold \\d+ of \\d+\n   seat  weight   wish  share   held\n \\*    0 ")
                .contains("db-2: ");
    }

    @Test
    void deadlocksAreToldWithBothSides() throws Exception {
        assertThat(printedBy(() -> ReportingDeadlocks.main(addresses())))
                .contains("Deadlock, ended by the failure of unit of work")
                .contains("\"debit\" (io.dbops.samples.ReportingDeadlocks.update(ReportingDeadlocks.java:")
                .contains("\"credit\" (io.dbops.samples.ReportingDeadlocks.update(ReportingDeadlocks.java:")
                .contains("in relation \"sample_account\"");
    }

    /** Starts its own cluster, for it stops the replay of the replica. */
    @Test
    void consistenciesAskForMoreAndMore() throws Exception {
        assertThat(printedBy(() -> Consistencies.main(new String[0])).lines())
                .satisfiesExactly(
                        eventual -> assertThat(eventual).endsWith("db-2: any replica would do"),
                        bounded -> assertThat(bounded).endsWith("db-2: a replica that has all the read must see"),
                        session -> assertThat(session)
                                .contains("refused: ", "db-2: behind by at most", "not known to have the session's"),
                        strong -> assertThat(strong).endsWith("db-1: the read asked for the primary"));
    }

    private static String[] addresses() {
        var primary = cluster.primary();
        String replica = cluster.replicas().get(0).url();
        return new String[] {primary.user(), primary.password(), primary.url(), replica};
    }

    private interface Program {
        void run() throws Exception;
    }

    private static String printedBy(Program program) throws Exception {
        PrintStream before = System.out;
        var printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            program.run();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
