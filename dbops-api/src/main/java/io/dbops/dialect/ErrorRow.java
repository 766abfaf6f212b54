package io.dbops.dialect;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One row of a table of errors. The first row that an error matches is its row, so special ones stand above general
 * ones.
 *
 * @param code the vendor code to match, or 0 where the state decides
 * @param state the SQLState to match, or its first two characters, its class; beside a vendor code it is what the server
 *     sends, and not compared, for drivers change it
 * @param message what the message must contain, too; empty for anything
 * @param errorClass what the error means
 * @param name what the source calls it
 * @param source where that is written
 */
record ErrorRow(int code, String state, String message, ErrorClass errorClass, String name, String source) {

    private static final int STATE_LENGTH = 5;

    /** A row for a vendor code. */
    static ErrorRow row(int code, String state, ErrorClass errorClass, String name, String source) {
        return row(code, state, "", errorClass, name, source);
    }

    /** A row for a vendor code with a message that contains this. */
    static ErrorRow row(int code, String state, String message, ErrorClass errorClass, String name, String source) {
        return new ErrorRow(code, state, message, errorClass, name, source);
    }

    /** A row for a state, or a class of states. */
    static ErrorRow row(String state, ErrorClass errorClass, String name, String source) {
        return row(state, "", errorClass, name, source);
    }

    /** A row for a state with a message that contains this. */
    static ErrorRow row(String state, String message, ErrorClass errorClass, String name, String source) {
        return row(0, state, message, errorClass, name, source);
    }

    /** The first row that an error matches. Allocates nothing. */
    static @Nullable ErrorRow of(SQLException error, ErrorRow[] rows) {
        for (ErrorRow row : rows) {
            if (row.matches(error)) {
                return row;
            }
        }
        return null;
    }

    private boolean matches(SQLException error) {
        return (code == 0 ? matchesState(error.getSQLState()) : code == error.getErrorCode())
                && (message.isEmpty() || contains(error.getMessage(), message));
    }

    private boolean matchesState(@Nullable String actual) {
        return actual != null && actual.length() == STATE_LENGTH && actual.startsWith(state);
    }

    private static boolean contains(@Nullable String text, String part) {
        return text != null && text.contains(part);
    }

    /**
     * Whether an error names neither a code nor a state: a pool, a wrapper, a driver or the application made it, and
     * what it is about is among its causes, if anywhere. What MySQL's drivers call a general error names nothing.
     */
    static boolean isSilent(SQLException error) {
        String state = error.getSQLState();
        return error.getErrorCode() <= 0
                && (state == null || state.length() != STATE_LENGTH || state.equals("HY000") || state.equals("S1000"));
    }
}
