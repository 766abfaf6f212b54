package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorTableTest {

    @ParameterizedTest
    @EnumSource
    void whatFollowsDependsOnThePhase(ErrorClass errorClass) {
        for (Phase phase : Phase.values()) {
            assertThat(ErrorTable.recovery(errorClass, phase))
                    .as("%s in phase %s", errorClass, phase)
                    .isEqualTo(ExpectedRows.recovery(errorClass, phase));
        }
    }

    @Test
    void urlsNameTheProduct() {
        assertThat(ErrorTable.ofUrl("jdbc:postgresql://localhost/db")).isSameAs(PostgresErrors.INSTANCE);
        assertThat(ErrorTable.ofUrl("jdbc:postgresql:db")).isSameAs(PostgresErrors.INSTANCE);
        assertThat(ErrorTable.ofUrl("jdbc:mysql://localhost/db")).isSameAs(MySqlErrors.INSTANCE);
        assertThat(ErrorTable.ofUrl("jdbc:mysql:loadbalance://a,b/db")).isSameAs(MySqlErrors.INSTANCE);
        assertThat(ErrorTable.ofUrl("jdbc:mysql+srv://localhost/db")).isSameAs(MySqlErrors.INSTANCE);
        assertThat(ErrorTable.ofUrl("jdbc:mariadb:sequential://a,b/db")).isSameAs(MySqlErrors.INSTANCE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"jdbc:oracle:thin:scott/tiger@db", "jdbc:postgres://u:tiger@h/db", "tiger", "jdbc:tiger", ""})
    void otherUrlsAreRefusedAndNotShown(String url) {
        assertThatThrownBy(() -> ErrorTable.ofUrl(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("jdbc:postgresql:, jdbc:mysql: or jdbc:mariadb:")
                .hasMessageNotContaining("tiger");
    }

    @Test
    void connectionsNameTheProduct() throws SQLException {
        assertThat(ErrorTable.of(connectionTo("PostgreSQL"))).isSameAs(PostgresErrors.INSTANCE);
        assertThat(ErrorTable.of(connectionTo("MySQL"))).isSameAs(MySqlErrors.INSTANCE);
        assertThat(ErrorTable.of(connectionTo("MariaDB"))).isSameAs(MySqlErrors.INSTANCE);
        assertThatThrownBy(() -> ErrorTable.of(connectionTo("H2")))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("0A000"))
                .hasMessageContaining("H2")
                .hasMessageContaining("PostgreSQL, MySQL or MariaDB");
    }

    private static Connection connectionTo(String product) {
        DatabaseMetaData metaData = answering(DatabaseMetaData.class, product);
        return answering(Connection.class, metaData);
    }

    /** Whatever it is asked, it answers this. */
    private static <T> T answering(Class<T> type, Object answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> answer));
    }
}
