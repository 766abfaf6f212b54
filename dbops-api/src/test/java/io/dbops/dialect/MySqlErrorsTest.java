package io.dbops.dialect;

import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MySqlErrorsTest {

    /** A plus: with a message of its own, which is in the test that goes with it. */
    private static final String EXPECTED = """
            CONNECTION_LOST: 1053 1077 1079 1080 1152 1153 1154 1155 1156 1157 1158 1159 1160 1161 1184
            CONNECTION_LOST: 1927 2006 2013 2055 3168 3169 4031+ 08007+ 08*
            CREDENTIALS_REFUSED: 1044 1045 1049 1130 1251 1698 1862 3118 28*
            TOO_MANY_CONNECTIONS: 1040 1129 1203 1226
            SERVER_UNAVAILABLE: 1047
            READ_ONLY: 1290+ 1792 1836 1874 25006
            CONFLICT: 1213 3101 1020 1402 1613 1614 40001
            LOCK_TIMEOUT: 1205 1637 1689 3058 3132
            LOCK_NOT_AVAILABLE: 3572
            STALE_PLAN: 1412 1615
            CANCELLED: 1317 3024 1969 70100
            COMMIT_FAILED: 1180 3100 1399 1401 08007 40003
            DUPLICATE: 1022 1062 1169 1586
            CONSTRAINT: 3819 23*
            STATEMENT: 1290 1364 1366 4031 0A* 20* 21* 22* 24* 25* 2F* 3D* 40* 42* 44* 45*
            SERVER_FAILED: 1021 1026 1030 1037 1038 1041 1114 1197 1206 1598
            """;

    private final ErrorTable table = MySqlErrors.INSTANCE;

    static Stream<Arguments> rows() {
        return ExpectedRows.each(EXPECTED)
                .filter(row -> !row.get()[0].toString().endsWith("+"));
    }

    /** The states with which drivers may send a code: that of the server, none in particular, and misleading ones. */
    @ParameterizedTest
    @MethodSource("rows")
    void everyRowSaysWhatIsExpectedInEachPhase(String key, ErrorClass expected) {
        if (key.matches("\\d{4}")) {
            for (String state : new String[] {"HY000", null, "08S01", "40001", "42000"}) {
                ExpectedRows.assertRow(table, new SQLException("x", state, Integer.parseInt(key)), expected);
            }
        } else {
            for (int code : new int[] {0, -1, 65_000}) { // pools; MariaDB's driver itself; a server
                ExpectedRows.assertRow(table, new SQLException("x", key.replace("*", "ZZZ"), code), expected);
            }
        }
    }

    @Test
    void everyRowIsTestedAndNoneIsHidden() {
        ExpectedRows.assertComplete(MySqlErrors.rows(), EXPECTED);
        ExpectedRows.assertNoneHidden(MySqlErrors.rows());
    }

    /** The first is Connector/J's, which rewrites the state; the second is that of MariaDB's driver. */
    @Test
    void aLockWaitTimeoutHasRolledBackTheStatementOnly() {
        ExpectedRows.assertRow(table, new SQLTransactionRollbackException("x", "40001", 1205), ErrorClass.LOCK_TIMEOUT);
        ExpectedRows.assertRow(table, new SQLException("x", "HY000", 1205), ErrorClass.LOCK_TIMEOUT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "The MySQL server is running with the --read-only option so it cannot execute this statement    | READ_ONLY",
                "The MySQL server is running with the --super-read-only option so it cannot execute this statement | READ_ONLY",
                "(conn=7) The MariaDB server is running with the --read-only option so it cannot execute this   | READ_ONLY",
                "The MySQL server is running with the --secure-file-priv option so it cannot execute this       | STATEMENT",
                "The MySQL server is running with the --skip-grant-tables option so it cannot execute this      | STATEMENT"
            })
    void ofTheOptionsThatPreventAStatementOneIsReadOnly(String message, ErrorClass expected) {
        ExpectedRows.assertRow(table, new SQLException(message, "HY000", 1290), expected);
    }

    @Test
    void numbersThatBothProductsUseAreToldApartByTheMessage() {
        ExpectedRows.assertRow(
                table,
                new SQLException("The client was disconnected by the server because of inactivity.", "HY000", 4031),
                ErrorClass.CONNECTION_LOST);
        ExpectedRows.assertRow(
                table,
                new SQLException("Referenced trigger 't' for the given action time does not exist", "HY000", 4031),
                ErrorClass.STATEMENT);
    }

    /** Connector/J has one state for both; what fails in a rollback has nothing to do with a commit. */
    @Test
    void aConnectionLostDuringCommitIsNotOneLostDuringRollback() {
        ExpectedRows.assertRow(
                table,
                new SQLException(
                        "Communications link failure during commit(). Transaction resolution unknown.", "08007"),
                ErrorClass.COMMIT_FAILED);
        ExpectedRows.assertRow(
                table,
                new SQLException(
                        "Communications link failure during rollback(). Transaction resolution unknown.", "08007"),
                ErrorClass.CONNECTION_LOST);
    }

    /** MariaDB's driver picks the class of the exception by the first two characters of the state. */
    @Test
    void theClassOfTheExceptionDoesNotCount() {
        ExpectedRows.assertRow(
                table, new SQLInvalidAuthorizationSpecException("x", "25006", 1792), ErrorClass.READ_ONLY);
        ExpectedRows.assertRow(table, new SQLTimeoutException("x", "70100", 1927), ErrorClass.CONNECTION_LOST);
        ExpectedRows.assertRow(table, new SQLTimeoutException("x", "70100", 1317), ErrorClass.CANCELLED);
        ExpectedRows.assertRow(table, new SQLTransientConnectionException("x", "XAE04", 1397), ErrorClass.UNCLASSIFIED);
    }

    /** Connector/J's own timeout of a statement has neither state nor code. */
    @Test
    void aTimeoutWithoutAStateIsACancellation() {
        ExpectedRows.assertRow(
                table, new SQLTimeoutException("Statement cancelled due to timeout"), ErrorClass.CANCELLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"HY000", "S1000", "x", ""})
    void aGeneralErrorWithoutACodeSaysNothing(String state) {
        ExpectedRows.assertRow(table, new SQLException("x", state), ErrorClass.CONNECTION_LOST);
        ExpectedRows.assertRow(table, new SQLException("x", state, -1), ErrorClass.CONNECTION_LOST);
    }

    @Test
    void aCodeThatIsNotListedIsNotGuessed() {
        ExpectedRows.assertRow(table, new SQLException("x", "HY000", 1_105), ErrorClass.UNCLASSIFIED);
        ExpectedRows.assertRow(table, new SQLException("x", "S1009"), ErrorClass.UNCLASSIFIED);
    }
}
