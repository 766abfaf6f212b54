package io.dbops.routing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "select 1 | PLAIN",
                "select 1; | PLAIN",
                "select 1; -- done | PLAIN",
                "select 1; select 2 | PLAIN",
                "savepoint s | PLAIN",
                "rollback to s | PLAIN",
                "set local statement_timeout = 1000 | PLAIN",
                "begin | BEGINS",
                "  BEGIN isolation level repeatable read | BEGINS",
                "/* why */ -- not | PLAIN",
                "/* why */ start transaction | BEGINS",
                "commit | ENDS",
                "End | ENDS",
                "abort | ENDS",
                "rollback | ENDS",
                "commit and chain | ENDS",
                "prepare transaction 'x' | ENDS",
                "select 1; commit | ENDS",
                "begin; insert into t values (1); end | ENDS",
            })
    void tellsWhatATextDoesToTransactions(String sql, SqlText expected) {
        assertThat(SqlText.of(sql)).isEqualTo(expected);
    }

    @Test
    void aTextThatIsNotKnownIsPlain() {
        assertThat(SqlText.of(null)).isEqualTo(SqlText.PLAIN);
        assertThat(SqlText.of("")).isEqualTo(SqlText.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set transaction read write",
                "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
                "select set_config('default_transaction_read_only', 'off', false)",
                "reset all",
                "discard all"
            })
    void tellsWhatMayMakeAConnectionWritable(String sql) {
        assertThat(SqlText.mayEndReadOnly(sql)).isTrue();
        assertThat(SqlText.mayEndReadOnly("select name from t")).isFalse();
    }
}
