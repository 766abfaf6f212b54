package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostgresDialectErrorsTest {

    private static final Dialect DIALECT = Dialect.ofUrl("jdbc:postgresql://localhost/db");

    @ParameterizedTest
    @CsvSource({
        "08006, CONNECTION_LOST",
        "08001, CONNECTION_LOST",
        "57P01, CONNECTION_LOST",
        "57P02, CONNECTION_LOST",
        "57P05, CONNECTION_LOST",
        "25P03, CONNECTION_LOST",
        "57P03, SERVER_UNAVAILABLE",
        "53300, TOO_MANY_CONNECTIONS",
        "28P01, CREDENTIALS_REFUSED",
        "28000, CREDENTIALS_REFUSED",
        "3D000, CREDENTIALS_REFUSED",
        "25006, READ_ONLY",
        "40001, CONFLICT",
        "40P01, CONFLICT",
        "23505, STATEMENT",
        "42P01, STATEMENT",
        "57014, STATEMENT"
    })
    void classifiesByState(String state, ErrorClass expected) {
        assertThat(DIALECT.classify(new SQLException("x", state))).isEqualTo(expected);
    }

    @Test
    void anErrorWithoutAStateSaysNothingOfTheConnection() {
        assertThat(DIALECT.classify(new SQLException("x"))).isEqualTo(ErrorClass.CONNECTION_LOST);
        assertThat(DIALECT.classify(new SQLTransientConnectionException("pool", "HY000")))
                .isEqualTo(ErrorClass.CONNECTION_LOST);
    }
}
