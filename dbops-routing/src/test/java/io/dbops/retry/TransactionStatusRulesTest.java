package io.dbops.retry;

import static io.dbops.retry.CommitMarkersRulesTest.unknown;
import static io.dbops.retry.LostCommit.LONG;
import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static io.dbops.retry.LostCommit.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcome.Committed;
import io.dbops.tx.CommitOutcome.RolledBack;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL says of a transaction number is believed only where the number cannot have been given away twice. */
@DbOpsCluster(
        replicas = 0,
        settings = {"max_prepared_transactions=10", "autovacuum=off", "wal_writer_delay=10s"})
class TransactionStatusRulesTest {

    private static final TransactionStatus STATUS = TransactionStatus.standard();

    private final EmbeddedNode primary;

    TransactionStatusRulesTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    @BeforeEach
    void createTable() throws SQLException {
        asSuperuser(primary, "grant create on schema public to app");
        asApplication(primary, "create table if not exists t (n int)");
    }

    @Test
    void rule29_aCommitWhoseAnswerWasLostIsFoundCommitted() throws Exception {
        try (var lost = new LostCommit(primary, STATUS)) {
            lost.loseAnswer();

            assertThat(lost.resolve()).isInstanceOf(Committed.class);
        }
    }

    /** The server's own words are 'committed', in the same life of its first process. */
    @Test
    void rule29_aNumberThatACrashGaveToAnotherTransactionIsNotTakenForACommit() throws Exception {
        for (int tries = 0; tries < 10; tries++) {
            asSuperuser(primary, "checkpoint");
            try (var lost = new LostCommit(primary, STATUS)) {
                int number = lost.number();
                crash();
                int other = nextNumber();
                if (other != number) {
                    continue; // the log happened to be written out before the crash
                }

                CommitOutcome outcome = lost.resolve();

                assertThat(statusOf(number)).isEqualTo("committed");
                assertThat(lost.rows(primary)).isZero();
                assertThat(unknown(outcome)).contains("crashed");
                return;
            }
        }
        throw new AssertionError("no transaction number was given away twice");
    }

    @Test
    void rule29_aNumberThatACrashFreedIsRolledBack() throws Exception {
        try (var lost = new LostCommit(primary, STATUS)) {
            crash();

            assertThat(lost.resolve()).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(primary)).isZero();
        }
    }

    @Test
    void rule29_afterARestartARollbackIsBelievedAndACommitIsNot() throws Exception {
        try (var open = new LostCommit(primary, STATUS);
                var committed = new LostCommit(primary, STATUS)) {
            committed.finish("commit");
            primary.restart();

            assertThat(open.resolve()).isInstanceOf(RolledBack.class);
            assertThat(unknown(committed.resolve())).contains("restarted");
        }
    }

    @Test
    void rule29_aResetOfTheStatisticsDoesNotRollBackWhatIsRunning() throws Exception {
        try (var lost = new LostCommit(primary, STATUS)) {
            lost.loseRequest();
            asSuperuser(primary, "select pg_stat_reset_shared('wal')");

            CommitOutcome outcome = lost.resolve();

            lost.deliver();
            assertThat(outcome).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(primary)).isZero();
        }
    }

    @Test
    void rule29_aTransactionThatWroteNothingNeedsNoLookup() throws Exception {
        try (Connection connection = primary.connect()) {
            connection.setAutoCommit(false);
            LostCommit.execute(connection, "select * from t");

            assertThat(STATUS.claim(connection)).isSameAs(Claim.NOTHING_WRITTEN);
        }
    }

    @Test
    void rule33_aCommitThatArrivesAfterTheLookupCommitsNothing() throws Exception {
        try (var lost = new LostCommit(primary, STATUS)) {
            lost.loseRequest();

            CommitOutcome outcome = lost.resolve();

            lost.deliver();
            assertThat(outcome).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(primary)).isZero();
        }
    }

    @Test
    void rule33_aPreparedTransactionIsLeftToWhoPreparedIt() throws Exception {
        try (var lost = new LostCommit(primary, STATUS)) {
            lost.finish("prepare transaction 'order 8'");

            assertThat(unknown(lost.resolve())).contains("\"order 8\"");
            primary.restart();
            assertThat(unknown(lost.resolve())).contains("\"order 8\"");
            asApplication(primary, "rollback prepared 'order 8'");
            assertThat(lost.resolve()).isInstanceOf(RolledBack.class);
        }
    }

    /** As the kernel does that runs out of memory: all other sessions are cut, and the server recovers. */
    private void crash() throws Exception {
        int pid;
        try (Connection victim = primary.connectAsSuperuser()) {
            pid = LostCommit.number(victim, "select pg_backend_pid()");
            assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
            await("the session is cut", () -> !victim.isValid(1));
        } catch (SQLException brokenByThen) {
            // as intended
        }
        await("the server takes connections again", this::answers);
    }

    private boolean answers() {
        try (Connection connection = primary.connect()) {
            return connection.isValid((int) LONG.toSeconds());
        } catch (SQLException notYet) {
            return false;
        }
    }

    /** The number of a new transaction, which is committed. */
    private int nextNumber() throws SQLException {
        try (Connection connection = primary.connect()) {
            return LostCommit.number(connection, "insert into t values (0) returning pg_current_xact_id()::text::int");
        }
    }

    private String statusOf(int number) throws SQLException {
        try (Connection connection = primary.connect();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_xact_status('" + number + "')")) {
            row.next();
            return row.getString(1);
        }
    }
}
