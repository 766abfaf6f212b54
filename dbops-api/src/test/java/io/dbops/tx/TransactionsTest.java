package io.dbops.tx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class TransactionsTest {

    private final List<String> calls = new ArrayList<>();
    private final Set<String> failing = new HashSet<>();
    private final Transactions transactions = Transactions.over(dataSource());

    private DataSource dataSource() {
        return fake(DataSource.class);
    }

    private <T> T fake(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            calls.add(method.getName() + (args == null ? "" : args[0]));
            if (failing.contains(method.getName())) {
                throw new SQLException("planted: " + method.getName());
            }
            return method.getName().equals("getConnection") ? fake(Connection.class) : null;
        }));
    }

    @Test
    void aWriteIsCommittedAndItsConnectionGivenBack() throws Exception {
        assertThat(transactions.<Integer, RuntimeException>write(connection -> 42))
                .isEqualTo(42);
        assertThat(calls).containsExactly("getConnection", "setAutoCommitfalse", "commit", "getWarnings", "close");
    }

    @Test
    void aReadIsDeclaredReadOnlyBeforeItsTransactionBegins() throws Exception {
        transactions.read(connection -> connection.getSchema());
        assertThat(calls)
                .containsExactly(
                        "getConnection",
                        "setReadOnlytrue",
                        "setAutoCommitfalse",
                        "getSchema",
                        "commit",
                        "getWarnings",
                        "close");
    }

    @Test
    void theUnitsOwnExceptionPassesThroughAfterTheRollback() {
        var error = new IOException("mine");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(calls).containsExactly("getConnection", "setAutoCommitfalse", "rollback", "close");
    }

    @Test
    void whatFailsOnTheWayOutIsSuppressed() {
        failing.addAll(Set.of("rollback", "close"));
        var error = new IllegalStateException("mine");
        assertThatThrownBy(() -> transactions.run(connection -> {
                    throw error;
                }))
                .isSameAs(error)
                .satisfies(thrown -> assertThat(thrown.getSuppressed())
                        .singleElement()
                        .satisfies(rollback -> assertThat(rollback)
                                .hasMessage("planted: rollback")
                                .satisfies(r -> assertThat(r.getSuppressed()).hasSize(1))));
    }

    @Test
    void aFailedCommitIsThrown() {
        failing.add("commit");
        assertThatThrownBy(() -> transactions.run(connection -> {})).hasMessage("planted: commit");
        assertThat(calls).contains("close");
    }

    @Test
    void aCommittedUnitDoesNotFailBecauseItsConnectionCannotBeGivenBack() throws Exception {
        failing.add("close");
        assertThat(transactions.<Integer, RuntimeException>write(connection -> 42))
                .isEqualTo(42);
    }
}
