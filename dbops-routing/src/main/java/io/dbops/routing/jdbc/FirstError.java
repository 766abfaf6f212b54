package io.dbops.routing.jdbc;

import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The error that has ended a transaction, among those that came after it. */
public final class FirstError {

    private FirstError() {}

    /**
     * The error that has ended a transaction.
     *
     * @param error what is known of it; {@code null} if it passed by unseen, behind what the application had unwrapped
     * @return the error
     */
    public static SQLException known(@Nullable SQLException error) {
        return error == null ? new SQLException("an error that was not seen", "25000") : error;
    }

    /**
     * Notes an error of a transaction. One that only says that there was one before is told which.
     *
     * @param before the first one so far, or {@code null}
     * @param error the one that came now
     * @param dialect knows what it means, or {@code null}
     * @return the first one
     */
    @SuppressWarnings("ReferenceEquality") // an exception is nothing but itself
    public static SQLException of(@Nullable SQLException before, SQLException error, @Nullable Dialect dialect) {
        if (before == null) {
            return error;
        }
        if (before != error && dialect != null && dialect.classify(error) == ErrorClass.TRANSACTION_ABORTED) {
            error.addSuppressed(before);
        }
        return before;
    }
}
