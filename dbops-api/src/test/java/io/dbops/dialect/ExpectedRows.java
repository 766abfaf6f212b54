package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the rows of a table are expected to say, written down a second time: one class of errors a line, after it the
 * states, classes of states ({@code 08*}), or vendor codes; and what follows in each phase.
 */
final class ExpectedRows {

    /** What follows from a class of errors in the work, at COMMIT, and for a statement in autocommit mode. */
    private static final String RECOVERIES = """
            CONNECTION_LOST       NEW_CONNECTION      OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            CREDENTIALS_REFUSED   NEVER               OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            TOO_MANY_CONNECTIONS  BACK_OFF            OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            SERVER_UNAVAILABLE    FAILOVER            OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            READ_ONLY             FAILOVER            FAILOVER         FAILOVER
            CONFLICT              RETRY               RETRY            RETRY
            LOCK_TIMEOUT          ROLLBACK_THEN_RETRY OUTCOME_UNKNOWN  ROLLBACK_THEN_RETRY
            LOCK_NOT_AVAILABLE    NEVER               OUTCOME_UNKNOWN  NEVER
            STALE_PLAN            RETRY               OUTCOME_UNKNOWN  RETRY
            CANCELLED             NEVER               OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            TRANSACTION_ABORTED   NEVER               NEVER            NEVER
            COMMIT_FAILED         OUTCOME_UNKNOWN     OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            DUPLICATE             NEVER               NEVER            NEVER
            CONSTRAINT            NEVER               NEVER            NEVER
            STATEMENT             NEVER               OUTCOME_UNKNOWN  NEVER
            SERVER_FAILED         NEVER               OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            UNCLASSIFIED          NEVER               OUTCOME_UNKNOWN  OUTCOME_UNKNOWN
            """;

    private ExpectedRows() {}

    static Recovery recovery(ErrorClass errorClass, Phase phase) {
        String[] words = lines(RECOVERIES)
                .filter(line -> line[0].equals(errorClass.name()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing is expected of " + errorClass));
        return Recovery.valueOf(
                switch (phase) {
                    case WORK -> words[1];
                    case COMMIT -> words[2];
                    case AUTOCOMMIT -> words[3];
                });
    }

    private static Stream<String[]> lines(String text) {
        return text.lines().map(line -> line.split("[: ]+"));
    }

    /** Each key with its class. */
    static Stream<Arguments> each(String expected) {
        return lines(expected)
                .flatMap(words ->
                        Arrays.stream(words).skip(1).map(key -> Arguments.of(key, ErrorClass.valueOf(words[0]))));
    }

    static void assertComplete(List<ErrorRow> rows, String expected) {
        assertThat(rows.stream().map(ExpectedRows::key).distinct().toList())
                .as("rows of the table, and rows that are tested")
                .containsExactlyInAnyOrderElementsOf(each(expected)
                        .map(each -> (String) each.get()[0])
                        .distinct()
                        .toList());
    }

    private static String key(ErrorRow row) {
        return (row.code() != 0 ? "" + row.code() : row.state().length() == 5 ? row.state() : row.state() + "*")
                + (row.message().isEmpty() ? "" : "+");
    }

    /** Every error of a row has its class, whatever else it says, and what follows from that. */
    static void assertRow(ErrorTable table, SQLException error, ErrorClass expected) {
        assertThat(table.classify(error)).isEqualTo(expected);
        for (Phase phase : Phase.values()) {
            Diagnosis diagnosis = table.diagnose(error, phase);
            assertThat(diagnosis)
                    .as("%s in phase %s", error, phase)
                    .isEqualTo(new Diagnosis(error, expected, recovery(expected, phase)));
        }
    }

    /** A row that an earlier one hides would never be found. */
    static void assertNoneHidden(List<ErrorRow> rows) {
        for (ErrorRow row : rows) {
            SQLException error = new SQLException(row.message(), (row.state() + "ZZZ").substring(0, 5), row.code());
            assertThat(ErrorRow.of(error, rows.toArray(ErrorRow[]::new)))
                    .as("the row that %s is found by", row)
                    .isEqualTo(row);
        }
    }
}
