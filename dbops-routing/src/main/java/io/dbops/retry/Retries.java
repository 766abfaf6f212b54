package io.dbops.retry;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.ErrorClass;
import io.dbops.time.SystemClock;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.Retrying;
import io.dbops.tx.Transactions;
import io.dbops.tx.UnitRunner;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs units of work again when that is safe and may help: after deadlocks, serialization failures, lost connections and
 * failovers. Never one of which it is not known whether it was committed, unless it may be done twice.
 *
 * <pre>{@code
 * DbOps.named("orders")
 *         ...
 *         .retries(Retries.attempts(8).deadline(Duration.ofSeconds(10)))
 * }</pre>
 *
 * <p>A unit is run again as a whole, on a connection of its own, so its work must not change anything outside the
 * database that it would not change twice. The caller gets the last error as it is, with earlier ones as suppressed; an
 * error that running again cannot cure is the last one at once. Only outermost units are run again.
 *
 * <p>After a conflict, units of that {@linkplain Transactions#named name} and {@linkplain Transactions#keyed key} pass a
 * gate in this process for as long as they get in each other's way: few at a time, in order. Waiting for a deadlock to be
 * found costs a second each; taking turns costs next to nothing. Units without a name are told apart by where in the
 * program they are.
 *
 * <p>Immutable and thread-safe: each option returns a value of its own.
 */
public final class Retries implements Retrying {

    private static final Set<ErrorClass> OPTIONAL =
            EnumSet.of(ErrorClass.LOCK_NOT_AVAILABLE, ErrorClass.DUPLICATE, ErrorClass.CANCELLED);

    private final RetryOptions options;

    private Retries(RetryOptions options) {
        this.options = options;
    }

    /**
     * Runs a unit up to so many times, and no longer than 10 s.
     *
     * @param attempts the first one included: 1 never runs a unit again
     * @return the retries
     * @throws IllegalArgumentException if there are less than 1 or more than 100
     */
    public static Retries attempts(int attempts) {
        return new Retries(RetryOptions.of(attempts));
    }

    /**
     * Begins no attempt, and no wait for one, that would end later than so long after the unit was asked for. A unit's
     * {@linkplain Transactions#within own timeout} comes before this.
     *
     * @param deadline longer than the longest first wait; 10 s unless set
     * @return other retries
     * @throws IllegalArgumentException if the first retry could not be in time
     */
    public Retries deadline(Duration deadline) {
        return new Retries(options.with(requireNonNull(deadline, "deadline")));
    }

    /**
     * Waits between attempts: at random, from the first up to three times the wait before, and never longer than the
     * second. Ten times as long after errors that tell of a server in trouble instead of a conflict.
     *
     * @param first the shortest wait, 2 ms unless set
     * @param most the longest wait, 200 ms unless set
     * @return other retries
     * @throws IllegalArgumentException if the first is nothing or longer than the second
     */
    public Retries backingOff(Duration first, Duration most) {
        return new Retries(options.with(new Backoff(requireNonNull(first, "first"), requireNonNull(most, "most"))));
    }

    /**
     * Bounds the load that retries add when they do not help: once so many have been in vain, only so many retries are
     * made for each unit that goes through. A retry that leads to success costs nothing.
     *
     * @param retries how many may be in vain at a stretch, 100 unless set
     * @param share how many each success allows, 0.2 unless set
     * @return other retries
     * @throws IllegalArgumentException if there are less than 1 or more than a million, or the share is not from 0 to 1
     */
    public Retries spending(int retries, double share) {
        return new Retries(options.spending(retries, share));
    }

    /**
     * Runs units again after errors that only the caller can know to pass: {@link ErrorClass#LOCK_NOT_AVAILABLE} of a
     * statement that was not to wait, {@link ErrorClass#DUPLICATE} where the key was made from what the unit had read,
     * {@link ErrorClass#CANCELLED} where the time limit was the application's own.
     *
     * @param errorClass one of these
     * @return other retries
     * @throws IllegalArgumentException if it is another one
     */
    public Retries alsoAfter(ErrorClass errorClass) {
        if (!OPTIONAL.contains(requireNonNull(errorClass, "errorClass"))) {
            throw new IllegalArgumentException("alsoAfter (" + errorClass + "): must be one of " + OPTIONAL
                    + "; what follows from the others is not a matter of choice");
        }
        return new Retries(options.alsoAfter(errorClass));
    }

    /**
     * Makes no units take turns: conflicts are met by waiting at random alone.
     *
     * @return other retries
     */
    public Retries withoutGate() {
        return new Retries(options.withoutGate());
    }

    /**
     * Does not find out who was in a {@linkplain DeadlockReport deadlock}. Otherwise each is told to the log and the
     * {@linkplain #listener listener}; and a router's connection that watches the primary listens, so that other
     * instances that use the same database can be asked, and can ask.
     *
     * @return other retries
     */
    public Retries withoutDeadlockReports() {
        return new Retries(options.withoutReports());
    }

    /**
     * Looks up whether a transaction was committed whose COMMIT was not answered: the unit returns if it was, runs again if
     * it was not, and only else is its outcome {@linkplain io.dbops.tx.CommitOutcomeUnknownException unknown}. Costs one
     * statement a transaction; looking up may take what is left of the deadline, and 2 s at least.
     *
     * @param proof {@link CommitMarkers} or, for who cannot have a table, {@link TransactionStatus}
     * @return other retries
     */
    public Retries proving(CommitProof proof) {
        return new Retries(options.with(requireNonNull(proof, "proof")));
    }

    /**
     * Sets who is told of each retry.
     *
     * @param listener called on the thread that runs the unit; thread-safe
     * @return other retries
     */
    public Retries listener(RetryListener listener) {
        return new Retries(options.with(requireNonNull(listener, "listener")));
    }

    /**
     * Transactions over any data source, run again as said here. For an application without the facade. A connection is
     * taken at a unit's first statement, and set back to what it was when it is given back.
     *
     * <p>Errors that the work catches are noticed on PostgreSQL; of what has failed on another product nothing is known, and
     * the unit is committed with the rest.
     *
     * @param dataSource gives the connections; it stays the caller's to close
     * @return the doors
     */
    public Transactions over(DataSource dataSource) {
        var guarded = new GuardedDataSource(requireNonNull(dataSource, "dataSource"));
        return Transactions.over(guarded, open("", null), EnclosingTransaction.NONE);
    }

    @Override
    public UnitRunner open(String application, @Nullable MeterRegistry registry) {
        return new RetryRunner(
                options,
                registry == null ? RetryMeters.NONE : new MicrometerRetryMeters(application, registry),
                SystemClock.INSTANCE,
                () -> ThreadLocalRandom.current().nextDouble());
    }
}
