package io.dbops.dialect;

import static io.dbops.dialect.ErrorClass.CANCELLED;
import static io.dbops.dialect.ErrorClass.COMMIT_FAILED;
import static io.dbops.dialect.ErrorClass.CONFLICT;
import static io.dbops.dialect.ErrorClass.CONNECTION_LOST;
import static io.dbops.dialect.ErrorClass.CONSTRAINT;
import static io.dbops.dialect.ErrorClass.CREDENTIALS_REFUSED;
import static io.dbops.dialect.ErrorClass.DUPLICATE;
import static io.dbops.dialect.ErrorClass.LOCK_NOT_AVAILABLE;
import static io.dbops.dialect.ErrorClass.READ_ONLY;
import static io.dbops.dialect.ErrorClass.SERVER_FAILED;
import static io.dbops.dialect.ErrorClass.SERVER_UNAVAILABLE;
import static io.dbops.dialect.ErrorClass.STALE_PLAN;
import static io.dbops.dialect.ErrorClass.STATEMENT;
import static io.dbops.dialect.ErrorClass.TOO_MANY_CONNECTIONS;
import static io.dbops.dialect.ErrorClass.TRANSACTION_ABORTED;
import static io.dbops.dialect.ErrorClass.UNCLASSIFIED;
import static io.dbops.dialect.ErrorRow.row;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import java.util.List;

/**
 * PostgreSQL's errors by SQLState, as pgJDBC 42.7 reports them; it knows no vendor code. {@code docs/errors.md} shows
 * the table.
 *
 * <p>Two rows also look at the message, which the server writes in the language of {@code lc_messages}: in another than
 * English those errors are errors of the statement, and not run again.
 *
 * <p>pgJDBC has states of its own making: 02000 and 0100E are thrown when the statement <em>has</em> been executed, and
 * did or did not return rows. It never says 08007.
 */
enum PostgresErrors implements ErrorTable {
    INSTANCE;

    private static final String APPENDIX = "PostgreSQL, appendix A";
    private static final String PGJDBC = "pgJDBC, PSQLState";
    private static final String STANDBY = "PostgreSQL, Hot Standby";

    private static final ErrorRow[] ROWS = {
        row("40001", CONFLICT, "serialization_failure", "PostgreSQL, Serialization Failure Handling; Hot Standby"),
        row("40P01", CONFLICT, "deadlock_detected", "PostgreSQL, Serialization Failure Handling"),
        row("40003", COMMIT_FAILED, "statement_completion_unknown", APPENDIX),
        row("40", STATEMENT, "transaction_rollback", APPENDIX),
        row("25006", READ_ONLY, "read_only_sql_transaction", STANDBY),
        row("25P02", TRANSACTION_ABORTED, "in_failed_sql_transaction", APPENDIX),
        row("25P03", CONNECTION_LOST, "idle_in_transaction_session_timeout", APPENDIX),
        row("25P04", CONNECTION_LOST, "transaction_timeout", APPENDIX + " (17)"),
        row("25", STATEMENT, "invalid_transaction_state", APPENDIX),
        row("23505", DUPLICATE, "unique_violation", "PostgreSQL, Serialization Failure Handling"),
        row("23P01", DUPLICATE, "exclusion_violation", "PostgreSQL, Serialization Failure Handling"),
        row("23", CONSTRAINT, "integrity_constraint_violation", APPENDIX),
        row("08007", COMMIT_FAILED, "transaction_resolution_unknown", APPENDIX),
        row("08", CONNECTION_LOST, "connection_exception", APPENDIX + "; " + PGJDBC),
        row("57P01", CONNECTION_LOST, "admin_shutdown", APPENDIX),
        row("57P02", CONNECTION_LOST, "crash_shutdown", APPENDIX),
        row("57P03", SERVER_UNAVAILABLE, "cannot_connect_now", APPENDIX),
        row("57P04", CONNECTION_LOST, "database_dropped", STANDBY),
        row("57P05", CONNECTION_LOST, "idle_session_timeout", APPENDIX),
        row("57", CANCELLED, "operator_intervention, query_canceled", APPENDIX),
        row("53300", TOO_MANY_CONNECTIONS, "too_many_connections", APPENDIX),
        row("53", SERVER_FAILED, "insufficient_resources", APPENDIX),
        row("28", CREDENTIALS_REFUSED, "invalid_authorization_specification", APPENDIX),
        row("3D000", CREDENTIALS_REFUSED, "invalid_catalog_name", APPENDIX),
        row("55P03", LOCK_NOT_AVAILABLE, "lock_not_available", APPENDIX),
        row("55000", "recovery is in progress", READ_ONLY, "object_not_in_prerequisite_state", STANDBY),
        row("55", STATEMENT, "object_not_in_prerequisite_state", APPENDIX),
        row(
                "0A000",
                "cached plan must not change result type",
                STALE_PLAN,
                "feature_not_supported",
                "pgJDBC, Server Prepared Statements"),
        row("0A", STATEMENT, "feature_not_supported", APPENDIX),
        row("26000", STALE_PLAN, "invalid_sql_statement_name", "pgJDBC, Server Prepared Statements"),
        row("01", UNCLASSIFIED, "warning: it was executed", APPENDIX + "; " + PGJDBC + " 0100E"),
        row("02", UNCLASSIFIED, "no_data: it was executed", APPENDIX + "; " + PGJDBC + " 02000"),
        row("03", STATEMENT, "sql_statement_not_yet_complete", APPENDIX),
        row("07", STATEMENT, "dynamic SQL error", PGJDBC + " 07006"),
        row("09", STATEMENT, "triggered_action_exception", APPENDIX),
        row("0B", STATEMENT, "invalid_transaction_initiation", APPENDIX),
        row("0F", STATEMENT, "locator_exception", APPENDIX),
        row("0L", STATEMENT, "invalid_grantor", APPENDIX),
        row("0P", STATEMENT, "invalid_role_specification", APPENDIX),
        row("0Z", STATEMENT, "diagnostics_exception", APPENDIX),
        row("10", STATEMENT, "xquery_error", APPENDIX),
        row("20", STATEMENT, "case_not_found", APPENDIX),
        row("21", STATEMENT, "cardinality_violation", APPENDIX),
        row("22", STATEMENT, "data_exception", APPENDIX),
        row("24", STATEMENT, "invalid_cursor_state", APPENDIX),
        row("27", STATEMENT, "triggered_data_change_violation", APPENDIX),
        row("2B", STATEMENT, "dependent_privilege_descriptors_still_exist", APPENDIX),
        row("2D", STATEMENT, "invalid_transaction_termination", APPENDIX),
        row("2F", STATEMENT, "sql_routine_exception", APPENDIX),
        row("34", STATEMENT, "invalid_cursor_name", APPENDIX),
        row("38", STATEMENT, "external_routine_exception", APPENDIX),
        row("39", STATEMENT, "external_routine_invocation_exception", APPENDIX),
        row("3B", STATEMENT, "savepoint_exception", APPENDIX),
        row("3F", STATEMENT, "invalid_schema_name", APPENDIX),
        row("42", STATEMENT, "syntax_error_or_access_rule_violation", APPENDIX),
        row("44", STATEMENT, "with_check_option_violation", APPENDIX),
        row("54", STATEMENT, "program_limit_exceeded", APPENDIX),
        row("72", STATEMENT, "snapshot_too_old", APPENDIX + " (to 16)"),
        row("P0", STATEMENT, "plpgsql_error", APPENDIX),
        row("58", SERVER_FAILED, "system_error", APPENDIX),
        row("F0", SERVER_FAILED, "config_file_error", APPENDIX),
        row("XX", SERVER_FAILED, "internal_error", APPENDIX),
        row("HV", UNCLASSIFIED, "fdw_error: another server may have committed", APPENDIX),
        row("60", UNCLASSIFIED, "SYSTEM_ERROR", PGJDBC + " 60000"),
        row("99", UNCLASSIFIED, "UNEXPECTED_ERROR", PGJDBC + " 99999"),
    };

    static List<ErrorRow> rows() {
        return List.of(ROWS);
    }

    /** A state that is in no row says nothing; then what JDBC calls a lost connection is one. */
    @Override
    public ErrorClass classify(SQLException error) {
        ErrorRow row = ErrorRow.of(error, ROWS);
        if (row != null) {
            return row.errorClass();
        }
        boolean lost = ErrorRow.isSilent(error)
                || error instanceof SQLRecoverableException
                || error instanceof SQLTransientConnectionException;
        return lost ? CONNECTION_LOST : UNCLASSIFIED;
    }
}
