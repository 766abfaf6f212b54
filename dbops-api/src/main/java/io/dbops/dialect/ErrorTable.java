package io.dbops.dialect;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the errors of one product mean, as its drivers report them.
 *
 * <p>An error is classified by SQLState and vendor code, never by the class of the exception, for drivers disagree on
 * classes. What follows from it depends on the {@link Phase} too: in answer to COMMIT, or to a statement in autocommit
 * mode, everything but a definite refusal of the server leaves the outcome unknown.
 *
 * <p>Implementations are stateless and thread-safe.
 */
public sealed interface ErrorTable permits PostgresErrors {

    /**
     * What a single error means, without what caused it.
     *
     * @param error what the driver threw
     * @return its class
     */
    ErrorClass classify(SQLException error);

    /**
     * Finds the error that decides in what a unit of work has thrown: the nearest {@link SQLException} among the
     * exception, its causes and their next exceptions, and then what was suppressed, that does not merely say that an
     * earlier error had ended the transaction.
     *
     * @param thrown what the unit threw
     * @param phase how far the transaction had come
     * @return the diagnosis
     */
    default Diagnosis diagnose(Throwable thrown, Phase phase) {
        SQLException masking = null;
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Queue<Throwable> suppressed = new ArrayDeque<>();
        Queue<Throwable> open = new ArrayDeque<>();
        open.add(thrown);
        while (!open.isEmpty() || !suppressed.isEmpty()) {
            Throwable next = open.isEmpty() ? suppressed.remove() : open.remove();
            if (!seen.add(next)) {
                continue;
            }
            if (next instanceof SQLException error) {
                ErrorClass errorClass = classify(error);
                if (errorClass != ErrorClass.TRANSACTION_ABORTED) {
                    return new Diagnosis(error, errorClass, recovery(errorClass, phase));
                }
                masking = error;
                addIfAny(open, error.getNextException());
            }
            addIfAny(open, next.getCause());
            suppressed.addAll(List.of(next.getSuppressed()));
        }
        return masking == null
                ? new Diagnosis(null, ErrorClass.STATEMENT, Recovery.NEVER)
                : new Diagnosis(masking, ErrorClass.TRANSACTION_ABORTED, Recovery.NEVER);
    }

    private static void addIfAny(Queue<Throwable> queue, @Nullable Throwable throwable) {
        if (throwable != null) {
            queue.add(throwable);
        }
    }

    /**
     * What to do about an error of a class in a phase.
     *
     * @param errorClass what the error says
     * @param phase how far the transaction had come
     * @return what to do
     */
    static Recovery recovery(ErrorClass errorClass, Phase phase) {
        if (phase != Phase.WORK && !isRefusal(errorClass)) {
            return Recovery.OUTCOME_UNKNOWN;
        }
        return switch (errorClass) {
            case CONFLICT, STALE_PLAN -> Recovery.RETRY;
            case LOCK_TIMEOUT -> Recovery.ROLLBACK_THEN_RETRY;
            case CONNECTION_LOST -> Recovery.NEW_CONNECTION;
            case READ_ONLY, SERVER_UNAVAILABLE -> Recovery.FAILOVER;
            case TOO_MANY_CONNECTIONS -> Recovery.BACK_OFF;
            case COMMIT_FAILED -> Recovery.OUTCOME_UNKNOWN;
            case CREDENTIALS_REFUSED, LOCK_NOT_AVAILABLE, CANCELLED, TRANSACTION_ABORTED, CONSTRAINT, STATEMENT ->
                Recovery.NEVER;
        };
    }

    /** Whether a server that answers so has certainly not committed. */
    private static boolean isRefusal(ErrorClass errorClass) {
        return switch (errorClass) {
            case CONFLICT, TRANSACTION_ABORTED, CONSTRAINT, STATEMENT, READ_ONLY -> true;
            default -> false;
        };
    }
}
