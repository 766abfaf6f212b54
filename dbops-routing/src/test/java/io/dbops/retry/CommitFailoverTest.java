package io.dbops.retry;

import static io.dbops.retry.CommitMarkersRulesTest.unknown;
import static io.dbops.retry.LostCommit.LONG;
import static io.dbops.retry.LostCommit.SHORT;
import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcome.Committed;
import io.dbops.tx.CommitOutcome.RolledBack;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lookup goes where the writes go now, and what it tells is true of the history that survives. */
class CommitFailoverTest {

    private static final CommitMarkers MARKERS = CommitMarkers.standard();

    private EmbeddedCluster cluster;
    private EmbeddedNode first;
    private EmbeddedNode second;

    @BeforeEach
    void startCluster() throws Exception {
        cluster = EmbeddedCluster.start(1);
        first = cluster.primary();
        second = cluster.replicas().get(0);
        asSuperuser(first, "grant create on schema public to app");
        asApplication(first, "create table t (n int)");
        MARKERS.create(first.dataSource());
        cluster.awaitCaughtUp(LONG);
    }

    @AfterEach
    void closeCluster() {
        cluster.close();
    }

    @Test
    void rule33_aCommitThatNoStandbyReceivedIsRolledBackInTheHistoryThatSurvives() throws Exception {
        second.stop();
        try (var lost = new LostCommit(first, MARKERS)) {
            lost.loseAnswer();
            first.kill();

            var outcome = CompletableFuture.supplyAsync(() -> lost.resolve(currentPrimary(), LONG));
            second.start();
            second.promote();

            assertThat(outcome.get()).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(second)).isZero();
        }
    }

    @Test
    void rule33_aCommitThatAStandbyReceivedIsCommittedInTheHistoryThatSurvives() throws Exception {
        try (var markers = new LostCommit(first, MARKERS);
                var status = new LostCommit(first, TransactionStatus.standard())) {
            markers.loseAnswer();
            status.loseAnswer();
            cluster.awaitCaughtUp(LONG);
            first.kill();
            second.promote();

            assertThat(markers.resolve(currentPrimary(), LONG)).isInstanceOf(Committed.class);
            assertThat(markers.rows(second)).isEqualTo(1);
            assertThat(unknown(status.resolve(currentPrimary(), LONG))).contains("timeline 2");
        }
    }

    @Test
    void rule33_anOldPrimaryDoesNotDecideWhatTheNewOneCommitted() throws Exception {
        first.kill();
        second.promote();
        first.start();
        try (var lost = new LostCommit(second, MARKERS)) {
            lost.loseAnswer();

            assertThat(unknown(lost.resolve(first.dataSource(), SHORT))).contains("old primary of timeline 1");
            assertThat(lost.resolve(currentPrimary(), LONG)).isInstanceOf(Committed.class);
        }
    }

    @Test
    void rule30_whileNobodyAnswersTheOutcomeIsUnknown() throws Exception {
        try (var lost = new LostCommit(first, MARKERS)) {
            first.kill();

            CommitOutcome outcome = lost.resolve(currentPrimary(), SHORT);

            assertThat(unknown(outcome)).contains("the last look failed", "select outcome from");
            first.start();
            assertThat(lost.resolve(currentPrimary(), LONG)).isInstanceOf(RolledBack.class);
        }
    }

    private DataSource currentPrimary() {
        return Leading.to(() -> cluster.primary().connect());
    }
}
