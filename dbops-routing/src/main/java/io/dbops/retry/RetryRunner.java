package io.dbops.retry;

import io.dbops.dialect.Diagnosis;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.ErrorTable;
import io.dbops.time.Clock;
import io.dbops.tx.Attempt;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.RunningUnit;
import io.dbops.tx.SqlFunction;
import io.dbops.tx.Unit;
import io.dbops.tx.UnitRunner;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs units as {@link Retries} say. The first attempt costs little more than itself; all else is in {@link Rerun}, which
 * is made when one fails.
 *
 * <p>How often, and after what wait, a unit runs again is decided by a {@link Retry} of Resilience4j, into which deadline,
 * jitter and budget plug as its interval function.
 */
final class RetryRunner implements UnitRunner {

    private static final Logger LOG = LoggerFactory.getLogger(RetryRunner.class);

    final RetryOptions options;
    final RetryMeters meters;
    final RetryBudget budget;
    final Clock clock;
    final DoubleSupplier chance;
    final Retry retry;
    final @Nullable Gates gates;

    /** Both are there if it is to be found out who was in a deadlock. */
    private final @Nullable CallSites sites;

    private final @Nullable Deadlocks deadlocks;

    /** The last one that was seen; errors before the first connection are most likely of the same product. */
    private volatile ErrorTable table = ErrorTable.ofUrl("jdbc:postgresql:");

    private volatile boolean tableKnown;

    /**
     * Runs units.
     *
     * @param chance gives numbers from 0 to below 1, evenly distributed
     */
    RetryRunner(RetryOptions options, RetryMeters meters, Clock clock, DoubleSupplier chance) {
        this.options = options;
        this.meters = meters;
        this.clock = clock;
        this.chance = chance;
        budget = new RetryBudget(options.reserve(), options.share());
        sites = options.reporting() ? new CallSites() : null;
        deadlocks = options.reporting() ? new Deadlocks(clock) : null;
        gates = options.gated() ? new Gates(clock) : null;
        retry = Retry.of(
                "dbops",
                RetryConfig.custom()
                        .maxAttempts(options.attempts())
                        .retryOnException(failure -> failure instanceof Rerun.Failure it && it.mayRunAgain())
                        .intervalBiFunction((attempt, either) -> ((Rerun.Failure) either.getLeft()).nextWaitMillis())
                        .build());
    }

    @Override
    public <T, X extends Exception> T run(DataSource dataSource, Unit unit, Class<?> site, SqlFunction<T, X> work)
            throws SQLException, X {
        long began = clock.nanos();
        if (gates != null && !unit.readOnly() && gates.find(unit, site) != null) {
            return new Rerun<>(this, dataSource, unit, site, work, began).run();
        }
        var attempt = new Attempt<T>();
        RunningUnit running = running(unit, site, 1);
        Attempt.BeforeCommit before = Claiming.of(options.proof(), unit);
        T result;
        try {
            result = attempt.run(dataSource, unit, unit.timeout(), before, running, learning(work));
        } catch (Exception failure) {
            return new Rerun<>(this, dataSource, unit, site, work, began).after(attempt, before, running, failure);
        }
        succeeded(unit, attempt, 0);
        return result;
    }

    /** What may be told of a run of a unit; {@code null} for nothing. */
    @Nullable
    RunningUnit running(Unit unit, Class<?> site, int attempt) {
        return sites == null
                ? null
                : new RunningUnit(
                        unit.name(), sites.get(site), Thread.currentThread().getName(), attempt);
    }

    /** Finds out who was in a deadlock, if an error is one, now or later. */
    void noticeDeadlock(DataSource dataSource, Unit unit, @Nullable RunningUnit running, Diagnosis diagnosis) {
        SQLException error = diagnosis.error();
        if (running == null || deadlocks == null || error == null || diagnosis.errorClass() != ErrorClass.CONFLICT) {
            return;
        }
        try {
            Consumer<DeadlockReport> told = report -> tell(new RetryEvent.Deadlocked(unit, report));
            if (deadlocks.isReported(dataSource, running, error, told)) {
                meters.deadlocked(unit);
            }
        } catch (RuntimeException e) {
            LOG.warn("A deadlock could not be reported", e);
        }
    }

    @Override
    public void close() {
        meters.close();
    }

    void succeeded(Unit unit, Attempt<?> attempt, int retries) {
        budget.succeeded(retries);
        meters.committed(unit);
        CommitOutcome.CommittedNotReplicated outcome = Claiming.warned(attempt);
        if (outcome != null) {
            tell(new RetryEvent.NotReplicated(unit, outcome));
        }
    }

    void tell(RetryEvent event) {
        try {
            options.listener().on(event);
        } catch (Throwable e) {
            // Whatever it is, it is no answer to what became of the transaction.
            LOG.warn("A listener of retries failed", e);
        }
    }

    /** How long a unit may take. */
    Duration deadline(Unit unit) {
        return unit.timeout() == null ? options.deadline() : unit.timeout();
    }

    /** The work, of which the first time the product is learned whose errors are to be understood. */
    <T, X extends Exception> SqlFunction<T, X> learning(SqlFunction<T, X> work) {
        if (tableKnown) {
            return work;
        }
        return connection -> {
            T result = work.apply(connection);
            table = ErrorTable.of(connection);
            tableKnown = true;
            return result;
        };
    }

    /** What errors mean. */
    ErrorTable errors() {
        return table;
    }
}
