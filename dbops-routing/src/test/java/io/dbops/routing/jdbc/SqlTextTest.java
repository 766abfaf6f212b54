package io.dbops.routing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin",
                "  BEGIN isolation level repeatable read",
                "/* why */ start transaction",
                "-- why\n commit",
                "End",
                "abort",
                "rollback",
                "rollback to s",
                "commit and chain",
                "prepare transaction 'x'",
                "select 1; commit",
                "select 1; select 2",
            })
    void tellsWhatMayTouchTheTransaction(String sql) {
        assertThat(SqlText.mayTouchTransaction(sql)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "select 1",
                "select 1;",
                "select 1; -- done",
                "insert into weekend values (1)",
                "savepoint s",
                "set local statement_timeout = 1000",
                "call p()",
                "/* commit */",
            })
    void tellsWhatDoesNot(String sql) {
        assertThat(SqlText.mayTouchTransaction(sql)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                "ROLLBACK AND CHAIN",
                "prepare transaction 'x'",
                "select 'it''s; fine', \"a;b\"; abort",
                "select $$ ' $$; commit",
                "select $1; commit",
                "-- ;\n/* ; */ update t set a = 1; commit; begin",
            })
    void tellsWhatEndsATransaction(String sql) {
        assertThat(SqlText.endsTransaction(sql)).isTrue();
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "begin",
                "rollback to s",
                "select 1; rollback work to savepoint s",
                "select 'a; commit'",
                "do $x$ begin perform '; commit'; end $x$; select 1",
                "create function f() returns int begin atomic select 1; end",
                "select 1 -- ; commit",
                "select 'never closed; commit",
            })
    void tellsWhatDoesNotEndOne(String sql) {
        assertThat(SqlText.endsTransaction(sql)).isFalse();
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
