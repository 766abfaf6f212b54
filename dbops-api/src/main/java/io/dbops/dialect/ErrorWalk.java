package io.dbops.dialect;

import static io.dbops.dialect.ErrorClass.CONNECTION_LOST;
import static io.dbops.dialect.ErrorClass.TRANSACTION_ABORTED;
import static io.dbops.dialect.ErrorClass.UNCLASSIFIED;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One search for the error that decides, through causes, next exceptions and what was suppressed; used once.
 *
 * <p>Each exception is looked at once, so a circle of causes ends. What was suppressed comes last, because it is what
 * went wrong later: a rollback, a close.
 */
final class ErrorWalk {

    private final ErrorTable table;
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Queue<Throwable> open = new ArrayDeque<>();
    private final Queue<Throwable> suppressed = new ArrayDeque<>();

    private boolean metOne;
    private boolean metMaskFirst;
    private @Nullable SQLException mask;
    private @Nullable SQLException silent;
    private boolean batch;

    ErrorWalk(ErrorTable table) {
        this.table = table;
    }

    Diagnosis diagnose(Throwable thrown, Phase thrownIn) {
        open.add(thrown);
        SQLException decisive = nextDecisive();
        SQLException undecided = mask != null ? mask : silent;
        // A server that says that the transaction had ended before has committed nothing; what ended it came earlier.
        Phase phase = metMaskFirst ? Phase.WORK : thrownIn;
        if (decisive != null) {
            return diagnosis(decisive, phase);
        }
        SQLException later = nextDecisiveSuppressed();
        if (later != null) {
            return diagnosisOfSuppressed(later, phase);
        }
        if (undecided != null) {
            return diagnosis(undecided, phase);
        }
        return new Diagnosis(null, UNCLASSIFIED, ErrorTable.recovery(UNCLASSIFIED, phase));
    }

    private Diagnosis diagnosis(SQLException error, Phase phase) {
        ErrorClass errorClass = table.classify(error);
        // Some statements of a batch in autocommit mode may be committed, whatever the others were answered with.
        boolean partly = batch && phase == Phase.AUTOCOMMIT;
        return new Diagnosis(
                error, errorClass, partly ? Recovery.OUTCOME_UNKNOWN : ErrorTable.recovery(errorClass, phase));
    }

    /** What was suppressed is not what COMMIT, or the statement, was answered with. */
    private Diagnosis diagnosisOfSuppressed(SQLException error, Phase phase) {
        ErrorClass errorClass = table.classify(error);
        return new Diagnosis(
                error,
                errorClass,
                phase == Phase.WORK ? ErrorTable.recovery(errorClass, phase) : Recovery.OUTCOME_UNKNOWN);
    }

    /** The first exception that tells something among those that are open, with their causes and next exceptions. */
    private @Nullable SQLException nextDecisive() {
        while (!open.isEmpty()) {
            Throwable next = open.remove();
            if (!seen.add(next)) {
                continue;
            }
            if (next instanceof SQLException error && isDecisive(error)) {
                return error;
            }
            follow(next);
        }
        return null;
    }

    private boolean isDecisive(SQLException error) {
        ErrorClass errorClass = table.classify(error);
        metMaskFirst |= !metOne && errorClass == TRANSACTION_ABORTED;
        metOne = true;
        batch |= error instanceof BatchUpdateException;
        if (errorClass == TRANSACTION_ABORTED) {
            mask = mask == null ? error : mask;
            return false;
        }
        if (errorClass == CONNECTION_LOST && ErrorRow.isSilent(error)) {
            silent = silent == null ? error : silent;
            return false;
        }
        return !isRepetition(error);
    }

    /** Whether a pool or a wrapper only repeats the state of what it was told, and not the code. */
    private static boolean isRepetition(SQLException error) {
        return error.getErrorCode() == 0
                && (tellsMore(error.getCause(), error) || tellsMore(error.getNextException(), error));
    }

    private static boolean tellsMore(@Nullable Throwable inner, SQLException outer) {
        return inner instanceof SQLException error
                && error.getErrorCode() != 0
                && outer.getSQLState() != null
                && outer.getSQLState().equals(error.getSQLState());
    }

    private @Nullable SQLException nextDecisiveSuppressed() {
        while (!open.isEmpty() || !suppressed.isEmpty()) {
            if (open.isEmpty()) {
                open.add(suppressed.remove());
            }
            SQLException found = nextDecisive();
            if (found != null && table.classify(found) != CONNECTION_LOST) {
                return found;
            }
        }
        return null;
    }

    private void follow(Throwable throwable) {
        addIfAny(throwable.getCause());
        if (throwable instanceof SQLException error) {
            addIfAny(error.getNextException());
        }
        suppressed.addAll(List.of(throwable.getSuppressed()));
    }

    private void addIfAny(@Nullable Throwable throwable) {
        if (throwable != null) {
            open.add(throwable);
        }
    }
}
