package io.dbops.dialect;

import static io.dbops.dialect.ErrorClass.CANCELLED;
import static io.dbops.dialect.ErrorClass.COMMIT_FAILED;
import static io.dbops.dialect.ErrorClass.CONFLICT;
import static io.dbops.dialect.ErrorClass.CONNECTION_LOST;
import static io.dbops.dialect.ErrorClass.CONSTRAINT;
import static io.dbops.dialect.ErrorClass.CREDENTIALS_REFUSED;
import static io.dbops.dialect.ErrorClass.DUPLICATE;
import static io.dbops.dialect.ErrorClass.LOCK_NOT_AVAILABLE;
import static io.dbops.dialect.ErrorClass.LOCK_TIMEOUT;
import static io.dbops.dialect.ErrorClass.READ_ONLY;
import static io.dbops.dialect.ErrorClass.SERVER_FAILED;
import static io.dbops.dialect.ErrorClass.SERVER_UNAVAILABLE;
import static io.dbops.dialect.ErrorClass.STALE_PLAN;
import static io.dbops.dialect.ErrorClass.STATEMENT;
import static io.dbops.dialect.ErrorClass.TOO_MANY_CONNECTIONS;
import static io.dbops.dialect.ErrorClass.UNCLASSIFIED;
import static io.dbops.dialect.ErrorRow.row;

import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.util.List;

/**
 * The errors of MySQL and MariaDB, as Connector/J and MariaDB Connector/J report them: by vendor code, and where that is
 * in no row, by SQLState; 08007, which no server sends, goes first. {@code docs/errors.md} shows the table. It is right
 * for tables of engines with transactions.
 *
 * <p>States mislead: the server sends HY000 for much, and the drivers differ.
 *
 * <ul>
 *   <li>1205 has state HY000; Connector/J makes that 40001, although only the statement was rolled back.
 *   <li>1213 has state 40001 in both, and is what Galera answers to a COMMIT that lost against another node's.
 *   <li>A connection lost during COMMIT is 08007 in Connector/J, and so is one lost during ROLLBACK, which differs in
 *       the message only. dbops itself says 08007 of a commit inside the unit. MariaDB's driver says 08000 or 08S01.
 *   <li>MariaDB's driver gives errors that it makes itself the code -1, and picks Java classes by the state's first two
 *       characters: 25 is an {@code SQLInvalidAuthorizationSpecException}, 70100 an {@code SQLTimeoutException} even for
 *       a session that was killed (1927). No class is looked at but the next one.
 *   <li>Connector/J's query timeout is an {@link SQLTimeoutException} without state and code.
 *   <li>{@code NOWAIT} is 3572 in MySQL, and 1205 in MariaDB.
 *   <li>Numbers above 4000 are used twice: 4031 is a lost connection in MySQL, a missing trigger in MariaDB.
 * </ul>
 */
enum MySqlErrors implements ErrorTable {
    INSTANCE;

    private static final String MYSQL = "MySQL 8.4, Error Message Reference";
    private static final String MARIADB = "MariaDB, Error Codes";
    private static final String CLIENT = "MySQL 8.4, Client Error Message Reference";
    private static final String CONNECTOR_J = "Connector/J 9, ConnectionImpl";
    private static final String STANDARD = "ISO/IEC 9075-2, SQLSTATE";

    private static final ErrorRow[] ROWS = {
        row(
                "08007",
                "during rollback()",
                CONNECTION_LOST,
                "connection lost during ROLLBACK",
                CONNECTOR_J + ".rollback"),
        row("08007", COMMIT_FAILED, "transaction resolution unknown", CONNECTOR_J + ".commit"),
        row(1213, "40001", CONFLICT, "ER_LOCK_DEADLOCK", "MySQL 8.4, InnoDB Error Handling; Galera, Certification"),
        row(3101, "40000", CONFLICT, "ER_TRANSACTION_ROLLBACK_DURING_COMMIT", MYSQL),
        row(1020, "HY000", CONFLICT, "ER_CHECKREAD", "MariaDB, innodb_snapshot_isolation"),
        row(1402, "XA100", CONFLICT, "ER_XA_RBROLLBACK", MYSQL + "; X/Open XA"),
        row(1613, "XA106", CONFLICT, "ER_XA_RBTIMEOUT", MYSQL + "; X/Open XA"),
        row(1614, "XA102", CONFLICT, "ER_XA_RBDEADLOCK", MYSQL + "; X/Open XA"),
        row(1205, "HY000", LOCK_TIMEOUT, "ER_LOCK_WAIT_TIMEOUT", "MySQL 8.4, InnoDB Error Handling"),
        row(1637, "HY000", LOCK_TIMEOUT, "ER_TOO_MANY_CONCURRENT_TRXS", MYSQL),
        row(1689, "HY000", LOCK_TIMEOUT, "ER_LOCK_ABORTED", MYSQL),
        row(3058, "HY000", LOCK_TIMEOUT, "ER_USER_LOCK_DEADLOCK", MYSQL),
        row(3132, "HY000", LOCK_TIMEOUT, "ER_LOCKING_SERVICE_DEADLOCK", MYSQL),
        row(3572, "HY000", LOCK_NOT_AVAILABLE, "ER_LOCK_NOWAIT", MYSQL),
        row(1180, "HY000", COMMIT_FAILED, "ER_ERROR_DURING_COMMIT", MYSQL),
        row(3100, "HY000", COMMIT_FAILED, "ER_RUN_HOOK_ERROR", MYSQL),
        row(1399, "XAE07", COMMIT_FAILED, "ER_XAER_RMFAIL", MYSQL),
        row(1401, "XAE03", COMMIT_FAILED, "ER_XAER_RMERR", MYSQL),
        row(1290, "HY000", "read-only", READ_ONLY, "ER_OPTION_PREVENTS_STATEMENT", MYSQL + ", read_only"),
        row(1290, "HY000", STATEMENT, "ER_OPTION_PREVENTS_STATEMENT", MYSQL),
        row(1792, "25006", READ_ONLY, "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION", MYSQL),
        row(1836, "HY000", READ_ONLY, "ER_READ_ONLY_MODE", MYSQL),
        row(1874, "HY000", READ_ONLY, "ER_INNODB_READ_ONLY", MYSQL),
        row(1053, "08S01", CONNECTION_LOST, "ER_SERVER_SHUTDOWN", MYSQL),
        row(1077, "HY000", CONNECTION_LOST, "ER_NORMAL_SHUTDOWN", MYSQL),
        row(1079, "HY000", CONNECTION_LOST, "ER_SHUTDOWN_COMPLETE", MYSQL),
        row(1080, "08S01", CONNECTION_LOST, "ER_FORCING_CLOSE", MYSQL),
        row(1152, "08S01", CONNECTION_LOST, "ER_ABORTING_CONNECTION", MYSQL),
        row(1153, "08S01", CONNECTION_LOST, "ER_NET_PACKET_TOO_LARGE", MYSQL),
        row(1154, "08S01", CONNECTION_LOST, "ER_NET_READ_ERROR_FROM_PIPE", MYSQL),
        row(1155, "08S01", CONNECTION_LOST, "ER_NET_FCNTL_ERROR", MYSQL),
        row(1156, "08S01", CONNECTION_LOST, "ER_NET_PACKETS_OUT_OF_ORDER", MYSQL),
        row(1157, "08S01", CONNECTION_LOST, "ER_NET_UNCOMPRESS_ERROR", MYSQL),
        row(1158, "08S01", CONNECTION_LOST, "ER_NET_READ_ERROR", MYSQL),
        row(1159, "08S01", CONNECTION_LOST, "ER_NET_READ_INTERRUPTED", MYSQL),
        row(1160, "08S01", CONNECTION_LOST, "ER_NET_ERROR_ON_WRITE", MYSQL),
        row(1161, "08S01", CONNECTION_LOST, "ER_NET_WRITE_INTERRUPTED", MYSQL),
        row(1184, "08S01", CONNECTION_LOST, "ER_NEW_ABORTING_CONNECTION", MYSQL),
        row(1927, "70100", CONNECTION_LOST, "ER_CONNECTION_KILLED", MARIADB),
        row(2006, "HY000", CONNECTION_LOST, "CR_SERVER_GONE_ERROR", CLIENT),
        row(2013, "HY000", CONNECTION_LOST, "CR_SERVER_LOST", CLIENT),
        row(2055, "HY000", CONNECTION_LOST, "CR_SERVER_LOST_EXTENDED", CLIENT),
        row(3168, "HY000", CONNECTION_LOST, "ER_SERVER_ISNT_AVAILABLE", MYSQL),
        row(3169, "HY000", CONNECTION_LOST, "ER_SESSION_WAS_KILLED", MYSQL),
        row(4031, "HY000", "disconnected", CONNECTION_LOST, "ER_CLIENT_INTERACTION_TIMEOUT", MYSQL),
        row(4031, "HY000", STATEMENT, "ER_REFERENCED_TRG_DOES_NOT_EXIST", MARIADB),
        row(1047, "08S01", SERVER_UNAVAILABLE, "ER_UNKNOWN_COM_ERROR", "Galera, Node Is Not Ready"),
        row(1040, "08004", TOO_MANY_CONNECTIONS, "ER_CON_COUNT_ERROR", MYSQL),
        row(1129, "HY000", TOO_MANY_CONNECTIONS, "ER_HOST_IS_BLOCKED", MYSQL),
        row(1203, "42000", TOO_MANY_CONNECTIONS, "ER_TOO_MANY_USER_CONNECTIONS", MYSQL),
        row(1226, "42000", TOO_MANY_CONNECTIONS, "ER_USER_LIMIT_REACHED", MYSQL),
        row(1044, "42000", CREDENTIALS_REFUSED, "ER_DBACCESS_DENIED_ERROR", MYSQL),
        row(1045, "28000", CREDENTIALS_REFUSED, "ER_ACCESS_DENIED_ERROR", MYSQL),
        row(1049, "42000", CREDENTIALS_REFUSED, "ER_BAD_DB_ERROR", MYSQL),
        row(1130, "HY000", CREDENTIALS_REFUSED, "ER_HOST_NOT_PRIVILEGED", MYSQL),
        row(1251, "08004", CREDENTIALS_REFUSED, "ER_NOT_SUPPORTED_AUTH_MODE", MYSQL),
        row(1698, "28000", CREDENTIALS_REFUSED, "ER_ACCESS_DENIED_NO_PASSWORD_ERROR", MYSQL),
        row(1862, "HY000", CREDENTIALS_REFUSED, "ER_MUST_CHANGE_PASSWORD_LOGIN", MYSQL),
        row(3118, "HY000", CREDENTIALS_REFUSED, "ER_ACCOUNT_HAS_BEEN_LOCKED", MYSQL),
        row(1412, "HY000", STALE_PLAN, "ER_TABLE_DEF_CHANGED", MYSQL),
        row(1615, "HY000", STALE_PLAN, "ER_NEED_REPREPARE", MYSQL),
        row(1317, "70100", CANCELLED, "ER_QUERY_INTERRUPTED", MYSQL),
        row(3024, "HY000", CANCELLED, "ER_QUERY_TIMEOUT", MYSQL),
        row(1969, "70100", CANCELLED, "ER_STATEMENT_TIMEOUT", MARIADB),
        row(1022, "23000", DUPLICATE, "ER_DUP_KEY", MYSQL),
        row(1062, "23000", DUPLICATE, "ER_DUP_ENTRY", MYSQL),
        row(1169, "23000", DUPLICATE, "ER_DUP_UNIQUE", MYSQL),
        row(1586, "23000", DUPLICATE, "ER_DUP_ENTRY_WITH_KEY_NAME", MYSQL),
        row(3819, "HY000", CONSTRAINT, "ER_CHECK_CONSTRAINT_VIOLATED", MYSQL),
        row(1364, "HY000", STATEMENT, "ER_NO_DEFAULT_FOR_FIELD", MYSQL),
        row(1366, "HY000", STATEMENT, "ER_TRUNCATED_WRONG_VALUE_FOR_FIELD", MYSQL),
        row(1021, "HY000", SERVER_FAILED, "ER_DISK_FULL", MYSQL),
        row(1026, "HY000", SERVER_FAILED, "ER_ERROR_ON_WRITE", MYSQL),
        row(1030, "HY000", SERVER_FAILED, "ER_GET_ERRNO", MYSQL),
        row(1037, "HY001", SERVER_FAILED, "ER_OUTOFMEMORY", MYSQL),
        row(1038, "HY001", SERVER_FAILED, "ER_OUT_OF_SORTMEMORY", MYSQL),
        row(1041, "HY000", SERVER_FAILED, "ER_OUT_OF_RESOURCES", MYSQL),
        row(1114, "HY000", SERVER_FAILED, "ER_RECORD_FILE_FULL", MYSQL),
        row(1197, "HY000", SERVER_FAILED, "ER_TRANS_CACHE_FULL", MYSQL),
        row(1206, "HY000", SERVER_FAILED, "ER_LOCK_TABLE_FULL", MYSQL),
        row(1598, "HY000", SERVER_FAILED, "ER_BINLOG_LOGGING_IMPOSSIBLE", MYSQL),
        row("08", CONNECTION_LOST, "connection exception", STANDARD + "; both drivers"),
        row("28", CREDENTIALS_REFUSED, "invalid authorization specification", STANDARD),
        row("40001", CONFLICT, "serialization failure", STANDARD),
        row("40003", COMMIT_FAILED, "statement completion unknown", STANDARD),
        row("40", STATEMENT, "transaction rollback", STANDARD),
        row("25006", READ_ONLY, "read-only SQL transaction", STANDARD),
        row("25", STATEMENT, "invalid transaction state", STANDARD),
        row("23", CONSTRAINT, "integrity constraint violation", STANDARD),
        row("70100", CANCELLED, "query interrupted", MYSQL),
        row("0A", STATEMENT, "feature not supported", STANDARD),
        row("20", STATEMENT, "case not found", STANDARD),
        row("21", STATEMENT, "cardinality violation", STANDARD),
        row("22", STATEMENT, "data exception", STANDARD),
        row("24", STATEMENT, "invalid cursor state", STANDARD),
        row("2F", STATEMENT, "SQL routine exception", STANDARD),
        row("3D", STATEMENT, "no database selected (1046)", MYSQL),
        row("42", STATEMENT, "syntax error or access rule violation", STANDARD),
        row("44", STATEMENT, "with check option violation", STANDARD),
        row("45", STATEMENT, "SIGNAL, RESIGNAL (1644)", MYSQL),
    };

    static List<ErrorRow> rows() {
        return List.of(ROWS);
    }

    @Override
    public ErrorClass classify(SQLException error) {
        ErrorRow row = ErrorRow.of(error, ROWS);
        if (row != null) {
            return row.errorClass();
        }
        if (!ErrorRow.isSilent(error)) {
            return UNCLASSIFIED;
        }
        return error instanceof SQLTimeoutException ? CANCELLED : CONNECTION_LOST;
    }
}
