package io.dbops.dialect;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What the errors of one product mean, as its drivers report them.
 *
 * <p>An error is classified by vendor code, SQLState and, in a few rows, message. The class of the exception counts only
 * where these say nothing, for drivers disagree on classes. What follows depends on the {@link Phase} too: in answer to
 * COMMIT, or to a statement in autocommit mode, everything but a definite refusal of the server leaves the outcome
 * unknown. {@code docs/errors.md} shows the tables, with the source of each row.
 *
 * <p>Implementations are stateless and thread-safe. Classifying allocates nothing.
 */
public sealed interface ErrorTable permits PostgresErrors, MySqlErrors {

    /**
     * The errors of the database that a JDBC URL names.
     *
     * @param url a JDBC URL of PostgreSQL, MySQL or MariaDB
     * @return the table
     * @throws IllegalArgumentException if the product is not supported
     */
    static ErrorTable ofUrl(String url) {
        String scheme = JdbcUrl.scheme(url);
        return switch (scheme) {
            case "jdbc:postgresql:" -> PostgresErrors.INSTANCE;
            case "jdbc:mysql:", "jdbc:mysql+srv:", "jdbc:mariadb:" -> MySqlErrors.INSTANCE;
            default ->
                throw new IllegalArgumentException("url (" + scheme
                        + "): not a product whose errors dbops knows; use jdbc:postgresql:, jdbc:mysql: or"
                        + " jdbc:mariadb:");
        };
    }

    /**
     * The errors of the database at the other end of a connection.
     *
     * @param connection an open connection
     * @return the table
     * @throws SQLException if the driver cannot tell, or the product is not supported
     */
    static ErrorTable of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        return switch (product) {
            case "PostgreSQL" -> PostgresErrors.INSTANCE;
            case "MySQL", "MariaDB" -> MySqlErrors.INSTANCE;
            default ->
                throw new SQLException(
                        "product (" + product + "): not one whose errors dbops knows; use PostgreSQL, MySQL or MariaDB",
                        "0A000");
        };
    }

    /**
     * What a single error means, without what caused it.
     *
     * @param error what the driver threw
     * @return its class
     */
    ErrorClass classify(SQLException error);

    /**
     * Finds the error that decides in what a unit of work has thrown.
     *
     * <p>It is the first {@link SQLException} that tells something among the exception, its causes and their next
     * exceptions, nearest first. One without a code and a state tells nothing, nor one that only repeats the state of
     * its cause; and {@link ErrorClass#TRANSACTION_ABORTED} only tells that an earlier error had ended the transaction.
     * If none does, it is the first such one among what was suppressed, unless that is the loss of the connection: what
     * fails while cleaning up is not what the unit died of, and makes nothing definite that is not.
     *
     * @param thrown what the unit threw
     * @param phase how far the transaction had come
     * @return the diagnosis
     */
    default Diagnosis diagnose(Throwable thrown, Phase phase) {
        return new ErrorWalk(this).diagnose(thrown, phase);
    }

    /**
     * What to do about an error of a class in a phase.
     *
     * @param errorClass what the error says
     * @param phase how far the transaction had come
     * @return what to do
     */
    static Recovery recovery(ErrorClass errorClass, Phase phase) {
        boolean isDefinite = switch (phase) {
            case WORK -> true;
            case COMMIT -> refusesCommit(errorClass);
            case AUTOCOMMIT -> refusesCommit(errorClass) || refusesStatement(errorClass);
        };
        if (!isDefinite) {
            return Recovery.OUTCOME_UNKNOWN;
        }
        return switch (errorClass) {
            case CONFLICT, STALE_PLAN -> Recovery.RETRY;
            case LOCK_TIMEOUT -> Recovery.ROLLBACK_THEN_RETRY;
            case CONNECTION_LOST -> Recovery.NEW_CONNECTION;
            case READ_ONLY, SERVER_UNAVAILABLE -> Recovery.FAILOVER;
            case TOO_MANY_CONNECTIONS -> Recovery.BACK_OFF;
            case COMMIT_FAILED -> Recovery.OUTCOME_UNKNOWN;
            case CREDENTIALS_REFUSED,
                    LOCK_NOT_AVAILABLE,
                    CANCELLED,
                    TRANSACTION_ABORTED,
                    DUPLICATE,
                    CONSTRAINT,
                    STATEMENT,
                    SERVER_FAILED,
                    UNCLASSIFIED -> Recovery.NEVER;
        };
    }

    /**
     * Whether a server that answers so to COMMIT has certainly not committed. A server that takes no writes has not:
     * PostgreSQL says so at COMMIT for what a deferred trigger wants to write, and MySQL, once it was made read-only,
     * rolls back instead of committing.
     */
    private static boolean refusesCommit(ErrorClass errorClass) {
        return switch (errorClass) {
            case CONFLICT, DUPLICATE, CONSTRAINT, TRANSACTION_ABORTED, READ_ONLY -> true;
            default -> false;
        };
    }

    /** Whether a statement that is answered so has certainly done nothing. */
    private static boolean refusesStatement(ErrorClass errorClass) {
        return switch (errorClass) {
            case STATEMENT, STALE_PLAN, LOCK_NOT_AVAILABLE, LOCK_TIMEOUT -> true;
            default -> false;
        };
    }
}
