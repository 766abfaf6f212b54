package io.dbops.retry;

import static io.dbops.retry.CommitMarkersRulesTest.unknown;
import static io.dbops.retry.LostCommit.SHORT;
import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static io.dbops.retry.LostCommit.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Attempt;
import io.dbops.tx.CommitOutcome.Committed;
import io.dbops.tx.CommitOutcome.CommittedNotReplicated;
import io.dbops.tx.CommitOutcome.RolledBack;
import io.dbops.tx.Unit;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A commit that waits for a synchronous standby is waited for, too, and one whose wait was ended is not called safe. */
@DbOpsCluster(replicas = 1)
class StandbyWaitRulesTest {

    private final EmbeddedNode primary;
    private final EmbeddedNode standby;

    StandbyWaitRulesTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
        standby = cluster.replicas().get(0);
    }

    static Stream<CommitProof> proofs() {
        return Stream.of(CommitMarkers.standard(), TransactionStatus.standard());
    }

    /** No view shows when the setting is in force: that a commit waits does. */
    @BeforeAll
    static void waitForStandby(EmbeddedCluster cluster) throws Exception {
        EmbeddedNode primary = cluster.primary();
        EmbeddedNode standby = cluster.replicas().get(0);
        asSuperuser(primary, "grant create on schema public to app");
        asApplication(primary, "create table t (n int)");
        CommitMarkers.standard().create(primary.dataSource());
        asSuperuser(
                primary,
                "alter system set synchronous_standby_names = '\"" + standby.name() + "\"'",
                "select pg_reload_conf()");
        standby.freeze();
        var isInForce = new AtomicBoolean();
        var commits = CompletableFuture.runAsync(() -> {
            while (!isInForce.get()) {
                commitSomething(primary);
            }
        });
        await("a commit waits", () -> waits(primary) > 0);
        isInForce.set(true);
        standby.thaw();
        commits.join();
    }

    private static void commitSomething(EmbeddedNode primary) {
        try {
            asApplication(primary, "insert into t values (0)");
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    @AfterEach
    void thaw() {
        standby.thaw();
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void rule31_aTransactionThatWaitsForAStandbyIsNotEnded(CommitProof proof) throws Exception {
        try (var lost = new LostCommit(primary, proof)) {
            standby.freeze();
            lost.giveUp();
            await("it waits for the standby", () -> lost.doing().equals("SyncRep"));

            assertThat(unknown(lost.resolve(primary.dataSource(), SHORT))).contains("SyncRep");

            assertThat(lost.doing()).isEqualTo("SyncRep");
            assertThat(lost.rows(primary)).isZero();
            standby.thaw();
            assertThat(lost.resolve()).isInstanceOf(Committed.class);
        }
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void rule31_aCommitThatNoStandbyConfirmsIsNotReportedAsReplicated(CommitProof proof) throws Exception {
        try (var lost = new LostCommit(primary, proof)) {
            standby.freeze();
            lost.giveUp();
            await("the wait is cancelled", () -> cancelWaits() > 0);
            await("it is committed here", () -> lost.rows(primary) == 1);

            assertThat(lost.resolve(primary.dataSource(), SHORT)).isInstanceOf(CommittedNotReplicated.class);
            standby.thaw();
            assertThat(lost.resolve()).isInstanceOf(Committed.class);
        }
    }

    /** The fence is for this server alone: it must not wait for a standby that is away. */
    @Test
    void rule31_aLookupFencesWithoutTheStandby() throws Exception {
        try (var lost = new LostCommit(primary, CommitMarkers.standard())) {
            lost.loseRequest();
            standby.freeze();

            assertThat(lost.resolve()).isInstanceOf(RolledBack.class);
            assertThat(waits(primary)).isZero();
            lost.deliver();
        }
    }

    @Test
    void rule31_aCommitWhoseWaitWasCancelledIsReportedAsNotReplicated() throws Exception {
        standby.freeze();
        var attempt = new Attempt<Integer>();
        var running = CompletableFuture.runAsync(() -> insert(attempt));
        await("the wait is cancelled", () -> cancelWaits() > 0);
        running.join();

        assertThat(PostgresCommits.ofWarning(attempt.warning()))
                .extracting(CommittedNotReplicated::why)
                .asString()
                .contains("canceling wait for synchronous replication");
    }

    @Test
    void rule31_otherWarningsSayNothingOfReplication() {
        assertThat(PostgresCommits.ofWarning(null)).isNull();
        assertThat(PostgresCommits.ofWarning(new SQLWarning("there is no transaction in progress", "25P01")))
                .isNull();
        var second = new SQLWarning("a notice", "01000");
        second.setNextWarning(
                new SQLWarning("canceling wait for synchronous replication due to user request", "01000"));
        assertThat(PostgresCommits.ofWarning(second)).isNotNull();
    }

    private void insert(Attempt<Integer> attempt) {
        try {
            attempt.run(
                    primary.dataSource(),
                    new Unit(null, null, null, null, false, false),
                    null,
                    CommitMarkers.standard()::claim,
                    connection -> {
                        LostCommit.execute(connection, "insert into t values (0)");
                        return 1;
                    });
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private static int waits(EmbeddedNode primary) throws SQLException {
        try (Connection connection = primary.connectAsSuperuser()) {
            return LostCommit.number(connection, "select count(*) from pg_stat_activity where wait_event = 'SyncRep'");
        }
    }

    private int cancelWaits() throws SQLException {
        try (Connection connection = primary.connectAsSuperuser()) {
            return LostCommit.number(
                    connection,
                    "select count(pg_cancel_backend(pid)) from pg_stat_activity where wait_event = 'SyncRep'");
        }
    }
}
