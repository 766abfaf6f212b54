package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresErrorsTest {

    /** A plus: with a message of its own, which is in the test that goes with it. */
    private static final String EXPECTED = """
            CONNECTION_LOST: 08* 25P03 25P04 57P01 57P02 57P04 57P05
            CREDENTIALS_REFUSED: 28* 3D000
            TOO_MANY_CONNECTIONS: 53300
            SERVER_UNAVAILABLE: 57P03
            READ_ONLY: 25006 55000+
            CONFLICT: 40001 40P01
            LOCK_NOT_AVAILABLE: 55P03
            STALE_PLAN: 26000 0A000+
            CANCELLED: 57*
            TRANSACTION_ABORTED: 25P02
            COMMIT_FAILED: 08007 40003
            DUPLICATE: 23505 23P01
            CONSTRAINT: 23*
            STATEMENT: 03* 07* 09* 0A* 0B* 0F* 0L* 0P* 0Z* 10* 20* 21* 22* 24* 25* 27* 2B* 2D* 2F* 34* 38* 39* 3B* 3F*
            STATEMENT: 40* 42* 44* 54* 55* 72* P0*
            SERVER_FAILED: 53* 58* F0* XX*
            UNCLASSIFIED: 01* 02* 60* 99* HV*
            """;

    private final ErrorTable table = PostgresErrors.INSTANCE;

    static Stream<Arguments> rows() {
        return ExpectedRows.each(EXPECTED);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyRowSaysWhatIsExpectedInEachPhase(String key, ErrorClass expected) {
        if (key.endsWith("+")) {
            String message =
                    key.startsWith("0A") ? "cached plan must not change result type" : "recovery is in progress";
            ExpectedRows.assertRow(table, new SQLException("ERROR: " + message, key.substring(0, 5)), expected);
            ExpectedRows.assertRow(table, new SQLException("ERROR: x", key.substring(0, 5)), ErrorClass.STATEMENT);
            ExpectedRows.assertRow(table, new SQLException(null, key.substring(0, 5)), ErrorClass.STATEMENT);
        } else {
            ExpectedRows.assertRow(table, new SQLException("x", key.replace("*", "ZZZ")), expected);
        }
    }

    @Test
    void everyRowIsTestedAndNoneIsHidden() {
        ExpectedRows.assertComplete(PostgresErrors.rows(), EXPECTED);
        ExpectedRows.assertNoneHidden(PostgresErrors.rows());
    }

    /** What the servers are seen to send most, by name. */
    @ParameterizedTest
    @CsvSource({
        "08006, CONNECTION_LOST",
        "08001, CONNECTION_LOST",
        "08P01, CONNECTION_LOST",
        "28P01, CREDENTIALS_REFUSED",
        "28000, CREDENTIALS_REFUSED",
        "23503, CONSTRAINT",
        "23502, CONSTRAINT",
        "42P01, STATEMENT",
        "22012, STATEMENT",
        "P0001, STATEMENT",
        "57014, CANCELLED",
        "53100, SERVER_FAILED",
        "XX000, SERVER_FAILED"
    })
    void classifiesByState(String state, ErrorClass expected) {
        ExpectedRows.assertRow(table, new SQLException("x", state), expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0800", "080061", "ERROR"})
    void anErrorWithoutAStateSaysNothingOfTheConnection(String state) {
        assertThat(table.classify(new SQLException("x"))).isEqualTo(ErrorClass.CONNECTION_LOST);
        assertThat(table.classify(new SQLTransientConnectionException("pool", "HY000")))
                .isEqualTo(ErrorClass.CONNECTION_LOST);
        assertThat(table.classify(new SQLTransientConnectionException("pool", "ZZZZZ")))
                .isEqualTo(ErrorClass.CONNECTION_LOST);
        assertThat(table.classify(new SQLException("x", "ZZZZZ"))).isEqualTo(ErrorClass.UNCLASSIFIED);
        ErrorClass expected = state.length() == 5 ? ErrorClass.UNCLASSIFIED : ErrorClass.CONNECTION_LOST;
        ExpectedRows.assertRow(table, new SQLException("x", state), expected);
    }
}
