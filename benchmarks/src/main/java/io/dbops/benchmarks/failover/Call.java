package io.dbops.benchmarks.failover;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One read or write of a client.
 *
 * @param client which of the clients, from 0
 * @param id what it wrote, or -1 for a read
 * @param start when it began, of {@link System#nanoTime}
 * @param end when it returned or threw
 * @param port the server that answered, 0 if none did
 * @param error the SQLState and message, {@code null} if it succeeded
 */
record Call(
        int client,
        long id,
        long start,
        long end,
        int port,
        @Nullable Failure error) {

    /** How a call failed. */
    record Failure(String sqlState, String message) {

        static Failure of(Exception error) {
            String message = error.toString();
            for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
                message += "; because of " + cause;
            }
            return new Failure(error instanceof SQLException sql ? String.valueOf(sql.getSQLState()) : "none", message);
        }
    }

    boolean succeeded() {
        return error == null;
    }

    long nanos() {
        return end - start;
    }
}
