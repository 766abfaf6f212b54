package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.SwallowedErrorException;
import io.dbops.tx.Unit;
import java.io.IOException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Which of many exceptions decides. */
class ErrorWalkTest {

    private static final ErrorTable POSTGRES = PostgresErrors.INSTANCE;
    private static final ErrorTable MYSQL = MySqlErrors.INSTANCE;

    private final SQLException conflict = new SQLException("conflict", "40001");
    private final SQLException lost = new SQLException("lost", "08006");
    private final SQLException missing = new SQLException("no such table", "42P01");
    private final SQLException mask = new SQLException("current transaction is aborted", "25P02");

    private static void assertDecides(SQLException expected, Throwable thrown) {
        assertDecides(POSTGRES, expected, thrown);
    }

    private static void assertDecides(ErrorTable table, SQLException expected, Throwable thrown) {
        ErrorClass errorClass = table.classify(expected);
        assertThat(table.diagnose(thrown, Phase.WORK))
                .isEqualTo(new Diagnosis(expected, errorClass, ExpectedRows.recovery(errorClass, Phase.WORK)));
    }

    private static <T extends Throwable> T suppressing(T thrown, Throwable... suppressed) {
        Arrays.stream(suppressed).forEach(thrown::addSuppressed);
        return thrown;
    }

    private static SQLException withNext(SQLException error, SQLException next) {
        error.setNextException(next);
        return error;
    }

    @Test
    void theErrorItselfComesFirst() {
        conflict.initCause(lost);
        assertDecides(conflict, withNext(suppressing(conflict, missing), missing));
    }

    @Test
    void frameworksExceptionsDoNotHideTheError() {
        assertDecides(conflict, new IllegalStateException("framework", new IllegalArgumentException("orm", conflict)));
    }

    @Test
    void nearerOnesComeFirst() {
        var far = new SQLException("says nothing", new IOException("reset", new IllegalStateException(lost)));
        assertDecides(missing, withNext(far, new SQLException("nor this", missing)));
    }

    @Test
    void anErrorWithoutAStateDefersToItsCausesAndNextOnes() {
        assertDecides(missing, new SQLException("batch", missing));
        assertDecides(missing, withNext(new SQLException("batch"), missing));
        assertDecides(missing, new SQLException("general error", "HY000", missing));
        assertDecides(MYSQL, missing, new SQLException("general error", "S1000", -1, missing));
    }

    @Test
    void aPoolsTimeoutIsWhatTheServerSaidLast() {
        var full = new SQLException("too many clients", "53300");
        assertDecides(full, new SQLTransientConnectionException("pool - Connection is not available", null, full));
        var pool = new SQLTransientConnectionException("pool - Connection is not available", "53300", full);
        assertThat(POSTGRES.diagnose(pool, Phase.WORK).errorClass()).isEqualTo(ErrorClass.TOO_MANY_CONNECTIONS);
    }

    /** The state of 1226 alone would be an error of the statement. */
    @Test
    void aPoolThatRepeatsTheStateButNotTheCodeDefersToWhatItRepeats() {
        var full = new SQLException("User 'app' has exceeded the 'max_user_connections' resource", "42000", 1226);
        assertDecides(
                MYSQL, full, new SQLTransientConnectionException("pool - Connection is not available", "42000", full));
        assertDecides(
                MYSQL,
                full,
                withNext(new SQLTransientConnectionException("pool - Connection is not available", "42000"), full));
    }

    @Test
    void withoutBetterAnErrorWithoutAStateIsAllThereIs() {
        var empty = new SQLTransientConnectionException("pool - Connection is not available");
        assertDecides(empty, new IllegalStateException(empty));
        assertThat(POSTGRES.diagnose(empty, Phase.COMMIT).recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
        assertThat(POSTGRES.diagnose(empty, Phase.AUTOCOMMIT).recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource
    void whatHasNothingOfADatabaseIsRunAgainByNobody(Phase phase) {
        Recovery expected = phase == Phase.WORK ? Recovery.NEVER : Recovery.OUTCOME_UNKNOWN;
        assertThat(POSTGRES.diagnose(new OutOfMemoryError("x"), phase))
                .isEqualTo(new Diagnosis(null, ErrorClass.UNCLASSIFIED, expected));
    }

    @Test
    void anAbortedTransactionMasksWhatAbortedIt() {
        mask.initCause(conflict);
        assertDecides(conflict, mask);
        assertDecides(conflict, new IllegalStateException(mask));
        assertDecides(missing, withNext(new SQLException("x", "25P02"), missing));
        assertDecides(conflict, suppressing(new SQLException("x", "25P02"), new IllegalStateException(conflict)));
    }

    @Test
    void aMaskUnderAMaskIsLookedUnderToo() {
        assertDecides(conflict, new SQLException("x", "25P02", new SQLException("x", "25P02", conflict)));
    }

    @ParameterizedTest
    @EnumSource
    void withoutWhatAbortedItAnAbortedTransactionIsDefinite(Phase phase) {
        assertThat(POSTGRES.diagnose(mask, phase))
                .isEqualTo(new Diagnosis(mask, ErrorClass.TRANSACTION_ABORTED, Recovery.NEVER));
        assertThat(POSTGRES.diagnose(new SQLException("x", "25P02", new SQLException("says nothing")), phase)
                        .recovery())
                .isEqualTo(Recovery.NEVER);
    }

    @ParameterizedTest
    @EnumSource
    void aCommitThatWasRefusedForASwallowedErrorIsDiagnosedByThatError(Phase phase) {
        assertThat(POSTGRES.diagnose(new SwallowedErrorException(conflict), phase))
                .isEqualTo(new Diagnosis(conflict, ErrorClass.CONFLICT, Recovery.RETRY));
        assertThat(POSTGRES.diagnose(new SwallowedErrorException(new IllegalStateException(missing)), phase))
                .isEqualTo(new Diagnosis(missing, ErrorClass.STATEMENT, Recovery.NEVER));
        assertThat(POSTGRES.diagnose(new SwallowedErrorException(lost), phase))
                .as("nothing was committed, for COMMIT was not sent")
                .isEqualTo(new Diagnosis(lost, ErrorClass.CONNECTION_LOST, Recovery.NEW_CONNECTION));
        assertThat(POSTGRES.diagnose(new SwallowedErrorException(new IllegalStateException("x")), phase)
                        .recovery())
                .isEqualTo(Recovery.NEVER);
    }

    /** What is behind it is older than the answer, but an error that comes first is the answer. */
    @Test
    void anAbortedTransactionBehindAnotherAnswerMakesNothingDefinite() {
        assertThat(POSTGRES.diagnose(new SQLException("lost", "08006", mask), Phase.COMMIT)
                        .recovery())
                .isEqualTo(Recovery.OUTCOME_UNKNOWN);
        assertThat(POSTGRES.diagnose(withNext(new SQLException("x", mask), lost), Phase.COMMIT)
                        .recovery())
                .isEqualTo(Recovery.OUTCOME_UNKNOWN);
    }

    @Test
    void aRollbackThatFailsDoesNotDecide() {
        assertDecides(conflict, suppressing(conflict, lost));
        assertDecides(missing, suppressing(missing, lost));
        assertThat(POSTGRES.diagnose(suppressing(conflict, lost), Phase.COMMIT).recovery())
                .isEqualTo(Recovery.RETRY);
        assertThat(POSTGRES.diagnose(suppressing(mask, lost), Phase.WORK))
                .isEqualTo(new Diagnosis(mask, ErrorClass.TRANSACTION_ABORTED, Recovery.NEVER));
    }

    @Test
    void anExceptionOfTheCallersWhoseRollbackFailsIsNotRunAgain() {
        var own = suppressing(new IllegalStateException("sold out"), lost, new SQLException("rollback"));
        assertThat(POSTGRES.diagnose(own, Phase.WORK))
                .isEqualTo(new Diagnosis(null, ErrorClass.UNCLASSIFIED, Recovery.NEVER));
    }

    @Test
    void whatWasSuppressedComesLast() {
        assertDecides(conflict, suppressing(new IllegalStateException("x", conflict), missing));
        assertDecides(conflict, suppressing(new IllegalStateException("x"), lost, conflict));
        assertDecides(conflict, suppressing(new IllegalStateException("x"), new IllegalStateException(lost), conflict));
        assertDecides(
                conflict, suppressing(new IllegalStateException("x"), suppressing(new IOException("y"), conflict)));
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "WORK")
    void whatWasSuppressedIsNotTheAnswerToACommit(Phase phase) {
        assertThat(POSTGRES.diagnose(suppressing(new IllegalStateException("x"), conflict), phase))
                .isEqualTo(new Diagnosis(conflict, ErrorClass.CONFLICT, Recovery.OUTCOME_UNKNOWN));
        assertThat(POSTGRES.diagnose(suppressing(new IllegalStateException("x"), mask), phase)
                        .recovery())
                .isEqualTo(Recovery.OUTCOME_UNKNOWN);
        assertThat(POSTGRES.diagnose(suppressing(lost, mask), phase).recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
    }

    /** A part of it may be committed, though the server refused a statement of it. */
    @Test
    void aBatchInAutocommitModeMayBeDoneInPart() {
        var batch = new BatchUpdateException("x", "40001", 0, new int[] {1, -3}, conflict);
        assertThat(POSTGRES.diagnose(batch, Phase.AUTOCOMMIT))
                .isEqualTo(new Diagnosis(batch, ErrorClass.CONFLICT, Recovery.OUTCOME_UNKNOWN));
        assertThat(POSTGRES.diagnose(new BatchUpdateException(new int[0], conflict), Phase.AUTOCOMMIT)
                        .recovery())
                .isEqualTo(Recovery.OUTCOME_UNKNOWN);
        assertThat(POSTGRES.diagnose(batch, Phase.WORK).recovery()).isEqualTo(Recovery.RETRY);
        assertThat(POSTGRES.diagnose(batch, Phase.COMMIT).recovery()).isEqualTo(Recovery.RETRY);
    }

    /** A unit that commits elsewhere, in a unit of its own, and does not learn the outcome must not do so twice. */
    @ParameterizedTest
    @EnumSource
    void anUnknownOutcomeInsideAUnitIsAnUnknownOutcome(Phase phase) {
        var inner = new CommitOutcomeUnknownException(
                new Unit("transfer", null, null, null, false, false),
                new CommitOutcome.Unknown("it does not answer"),
                new SQLException("lost", "08S01", 2013));
        assertThat(POSTGRES.diagnose(new IllegalStateException(inner), phase).recovery())
                .isEqualTo(Recovery.OUTCOME_UNKNOWN);
        assertThat(MYSQL.diagnose(inner, phase).recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
    }

    @Test
    void aCircleEnds() {
        var one = new SQLException("one");
        var two = new SQLException("two", one);
        one.initCause(two);
        two.setNextException(one);
        two.addSuppressed(one);
        assertDecides(one, one);
        assertDecides(conflict, suppressing(new IllegalStateException(one), conflict));
    }

    @Test
    void aLongChainEnds() {
        SQLException last = new SQLException("x");
        for (int i = 0; i < 100_000; i++) {
            last = new SQLException("x", i == 50_000 ? conflict : last);
        }
        assertDecides(conflict, last);
    }

    /** Random knots of exceptions, with circles through causes, next exceptions and what was suppressed. */
    @RepeatedTest(200)
    void everyKnotIsDiagnosed(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        List<Knot> knot = new ArrayList<>();
        String[] states = {null, "25P02", "HY000", "08006", "40001", "ZZZZZ"};
        int most = 1 + random.nextInt(states.length);
        for (int i = 0; i < 10; i++) {
            knot.add(new Knot(states[random.nextInt(most)]));
        }
        for (Knot one : knot) {
            one.tie(
                    knot.get(random.nextInt(knot.size())),
                    knot.get(random.nextInt(knot.size())),
                    knot.get(random.nextInt(knot.size())));
        }
        assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (Phase phase : Phase.values()) {
                Diagnosis diagnosis = POSTGRES.diagnose(knot.get(0), phase);
                assertThat(knot.contains(diagnosis.error())).isTrue();
                boolean definite = diagnosis.errorClass() == ErrorClass.CONFLICT
                        || diagnosis.errorClass() == ErrorClass.TRANSACTION_ABORTED
                        || "25P02".equals(knot.get(0).getSQLState());
                if (phase != Phase.WORK && !definite) {
                    assertThat(diagnosis.recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
                }
            }
        });
    }

    /** An exception whose cause and next exception lead anywhere. */
    private static final class Knot extends SQLException {
        private static final long serialVersionUID = 1L;

        private transient Knot cause;
        private transient Knot next;

        Knot(String state) {
            super("knot", state);
        }

        void tie(Knot to, Knot andTo, Knot suppressed) {
            cause = to;
            next = andTo;
            if (suppressed != this) {
                addSuppressed(suppressed);
            }
        }

        @Override
        public synchronized Throwable getCause() {
            return cause;
        }

        @Override
        public SQLException getNextException() {
            return next;
        }
    }
}
