package io.dbops.retry;

import io.dbops.PrimaryChangedException;
import io.dbops.dialect.Diagnosis;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.Phase;
import io.dbops.dialect.Recovery;
import io.dbops.retry.RetryEvent.Limit;
import io.dbops.tx.Attempt;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.RunningUnit;
import io.dbops.tx.SqlFunction;
import io.dbops.tx.SwallowedErrorException;
import io.dbops.tx.Unit;
import io.github.resilience4j.retry.Retry;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A unit of work that did not go through at once, or has to take turns. Belongs to one thread.
 *
 * @param <T> what the unit returns
 * @param <X> what it throws
 */
final class Rerun<T, X extends Exception> {

    /** Whoever lost the answer to a commit waits so long at least to be told. */
    private static final long LEAST_LOOKUP = 2_000_000_000L;

    /** With less time than this an attempt would only be cut off. */
    private static final long LEAST_ATTEMPT = 1_000_000;

    private final RetryRunner runner;
    private final DataSource dataSource;
    private final Unit unit;
    private final Class<?> site;
    private final SqlFunction<T, X> work;
    private final long deadline;
    private final Retry.AsyncContext<T> tries;
    private final List<Throwable> failures = new ArrayList<>();
    private long attemptBegan;
    private long wait;
    private int attempts;
    private @Nullable Limit limit;

    Rerun(RetryRunner runner, DataSource dataSource, Unit unit, Class<?> site, SqlFunction<T, X> work, long began) {
        this.runner = runner;
        this.dataSource = dataSource;
        this.unit = unit;
        this.site = site;
        this.work = work;
        deadline = began + runner.deadline(unit).toNanos();
        attemptBegan = began;
        tries = runner.retry.asyncContext();
    }

    /** What Resilience4j is told of a failed attempt, and asks about the next one. */
    static final class Failure extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Rerun<?, ?> unit;
        private final transient Diagnosis diagnosis;

        Failure(Rerun<?, ?> unit, Diagnosis diagnosis) {
            super(null, null, false, false);
            this.unit = unit;
            this.diagnosis = diagnosis;
        }

        boolean mayRunAgain() {
            return diagnosis.recovery().isRetry();
        }

        /** Negative if the unit is to be given up. */
        long nextWaitMillis() {
            return unit.nextWait(diagnosis.recovery());
        }
    }

    private long left() {
        return deadline - runner.clock.nanos();
    }

    /** Runs the unit from the beginning. */
    T run() throws SQLException {
        while (true) {
            var attempt = new Attempt<T>();
            Attempt.BeforeCommit before = Claiming.of(runner.options.proof(), unit);
            Gate gate = gate();
            if (gate != null && gate.enter(left() / 2)) {
                runner.meters.waited(unit);
            }
            attemptBegan = runner.clock.nanos();
            boolean isConflict = false;
            boolean isGood = false;
            Exception thrown;
            Diagnosis diagnosis;
            RunningUnit running = runner.running(unit, site, attempts + 1);
            try {
                T result = attempt.run(dataSource, unit, timeout(), before, running, runner.learning(work));
                isGood = true;
                runner.succeeded(unit, attempt, attempts);
                return result;
            } catch (Exception failure) {
                thrown = failure;
                diagnosis = diagnose(attempt, running, failure);
                isConflict = isConflict(diagnosis);
            } finally {
                leave(gate, isConflict, isGood);
            }
            if (isCommitted(attempt, before, thrown, diagnosis)) {
                return resultOf(attempt);
            }
        }
    }

    /** Goes on after the first attempt, which has failed. */
    T after(Attempt<T> attempt, Attempt.BeforeCommit before, @Nullable RunningUnit running, Exception failure)
            throws SQLException {
        Diagnosis diagnosis = diagnose(attempt, running, failure);
        leave(null, isConflict(diagnosis), false);
        return isCommitted(attempt, before, failure, diagnosis) ? resultOf(attempt) : run();
    }

    /** The gate to pass, if there is one. Reads do not get in each other's way. */
    private @Nullable Gate gate() {
        return runner.gates == null || unit.readOnly() ? null : runner.gates.find(unit, site);
    }

    /** Whether other units were in the way of this one: not a failover, which only looks the same to those who retry. */
    private boolean isConflict(Diagnosis diagnosis) {
        return diagnosis.errorClass() == ErrorClass.CONFLICT
                && !unit.readOnly()
                && !(diagnosis.error() instanceof PrimaryChangedException);
    }

    private @Nullable Duration timeout() throws SQLException {
        if (unit.timeout() == null) {
            return null;
        }
        long left = left();
        if (left < LEAST_ATTEMPT) {
            throw new SQLTimeoutException(
                    unit + ": its " + unit.timeout() + " were used up before it could be run again", "57014");
        }
        return Duration.ofNanos(left);
    }

    @SuppressWarnings("NullAway") // what the work returns may be null, if the caller says so
    private T resultOf(Attempt<T> attempt) {
        return attempt.result();
    }

    private void leave(@Nullable Gate gate, boolean conflict, boolean good) {
        if (runner.gates == null) {
            return;
        }
        long took = runner.clock.nanos() - attemptBegan;
        if (gate == null) {
            if (conflict) {
                runner.gates.conflicted(unit, site, took);
            }
            return;
        }
        if (conflict) {
            gate.leaveAfterConflict(took);
        } else {
            gate.leave(took, good);
            runner.gates.calmDown();
        }
    }

    private Diagnosis diagnose(Attempt<T> attempt, @Nullable RunningUnit running, Exception failure) {
        attempts++;
        // A unit that only reads commits nothing, and what was refused before the commit was not sent to it.
        boolean isCommit =
                attempt.phase() == Phase.COMMIT && !unit.readOnly() && !(failure instanceof SwallowedErrorException);
        Diagnosis diagnosis = runner.errors().diagnose(failure, isCommit ? Phase.COMMIT : Phase.WORK);
        runner.noticeDeadlock(dataSource, unit, running, diagnosis);
        if (diagnosis.recovery() == Recovery.NEVER && runner.options.alsoAfter().contains(diagnosis.errorClass())) {
            return new Diagnosis(diagnosis.error(), diagnosis.errorClass(), Recovery.ROLLBACK_THEN_RETRY);
        }
        return diagnosis;
    }

    /**
     * Decides what follows from a failed attempt, and waits for the next one.
     *
     * @return whether the unit was committed all the same; if not it is to be run again
     */
    private boolean isCommitted(Attempt<T> attempt, Attempt.BeforeCommit before, Exception failure, Diagnosis found)
            throws SQLException {
        if (attempt.isCommitted()) {
            runner.succeeded(unit, attempt, attempts - 1);
            return true;
        }
        Diagnosis diagnosis = found;
        if (diagnosis.recovery() == Recovery.OUTCOME_UNKNOWN) {
            CommitOutcome outcome = resolve(Claiming.of(before), diagnosis);
            if (outcome.isCommitted()) {
                runner.succeeded(unit, attempt, attempts - 1);
                return true;
            }
            if (outcome instanceof CommitOutcome.Unknown unknown && !unit.idempotent()) {
                SQLException cause = diagnosis.error() == null ? new SQLException(failure) : diagnosis.error();
                throw given(new CommitOutcomeUnknownException(unit, unknown, cause));
            }
            diagnosis = new Diagnosis(diagnosis.error(), diagnosis.errorClass(), Recovery.NEW_CONNECTION);
        }
        limit = Limit.ATTEMPTS;
        long millis = tries.onError(new Failure(this, diagnosis));
        if (millis < 0) {
            if (diagnosis.recovery().isRetry()) {
                runner.tell(new RetryEvent.GivenUp(unit, attempts, diagnosis, limit));
            }
            throw given(failure);
        }
        runner.meters.retried(unit, diagnosis);
        runner.tell(new RetryEvent.Retried(unit, attempts, diagnosis, Duration.ofNanos(wait)));
        failures.add(failure);
        try {
            runner.clock.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.remove(failure);
            runner.tell(new RetryEvent.GivenUp(unit, attempts, diagnosis, Limit.INTERRUPT));
            throw given(failure);
        }
        return false;
    }

    private CommitOutcome resolve(@Nullable Claim claim, Diagnosis diagnosis) {
        CommitOutcome outcome = claim == null
                ? new CommitOutcome.Unknown("its commit ended with " + diagnosis.errorClass()
                        + ", and nothing was kept by which it could be looked up; see Retries.proving")
                : claim.resolve(dataSource, Math.max(deadline, runner.clock.nanos() + LEAST_LOOKUP), runner.clock);
        runner.meters.resolved(unit, outcome);
        runner.tell(new RetryEvent.Resolved(unit, attempts, diagnosis, outcome));
        return outcome;
    }

    /** The next wait in milliseconds, rounded up; negative if there is to be none. */
    private long nextWait(Recovery recovery) {
        wait = runner.options.backoff().next(recovery, wait, runner.chance.getAsDouble());
        if (wait >= left()) {
            limit = Limit.DEADLINE;
            return -1;
        }
        if (!runner.budget.take()) {
            limit = Limit.BUDGET;
            return -1;
        }
        return TimeUnit.NANOSECONDS.toMillis(wait) + 1;
    }

    /** The failure as the caller gets it: with those before it. */
    @SuppressWarnings("ReferenceEquality") // an exception is nothing but itself
    private SQLException given(Throwable failure) {
        runner.meters.failed(unit);
        for (Throwable before : failures) {
            if (before != failure && !isAmong(failure.getSuppressed(), before)) {
                failure.addSuppressed(before);
            }
        }
        throw Rerun.<RuntimeException>unchecked(failure);
    }

    @SuppressWarnings("ReferenceEquality")
    private static boolean isAmong(Throwable[] all, Throwable one) {
        for (Throwable each : all) {
            if (each == one) {
                return true;
            }
        }
        return false;
    }

    /** As it is: what the work throws is of a type that the caller has declared. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> RuntimeException unchecked(Throwable failure) throws E {
        throw (E) failure;
    }
}
