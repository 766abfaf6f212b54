package io.dbops.retry;

import static io.dbops.retry.Accounts.execute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.EndedByWorkException;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that ends its unit's transaction in SQL, behind the back of who is to end it. */
@DbOpsCluster(replicas = 0)
class EndedByWorkTest {

    private static final String TAKE = "update account set amount = amount - 1 where id = 1";
    private static final String GIVE = "update account set amount = amount + 1 where id = 2";

    private final Accounts accounts;
    private final Transactions transactions;
    private final AtomicInteger runs = new AtomicInteger();

    EndedByWorkTest(EmbeddedCluster cluster) {
        accounts = new Accounts(cluster);
        transactions = Retries.attempts(3).over(accounts.pool);
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        accounts.create();
    }

    @AfterEach
    void closePool() {
        accounts.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "commit",
                "/* now */ COMMIT;",
                "end",
                "commit and chain",
                "commit; begin",
                "select ';', $$;$$; commit; begin"
            })
    void aUnitWhoseWorkHasCommittedIsRefusedAndNotCommittedInHalves(String end) throws Exception {
        assertRefused(end);
        assertThat(accounts.amount(1)).as("what the work has committed").isEqualTo(99);
        assertThat(accounts.amount(2)).as("what came after").isEqualTo(100);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rollback", "abort", "rollback work", "rollback and chain"})
    void aUnitWhoseWorkHasRolledBackIsRefused(String end) throws Exception {
        assertRefused(end);
        assertThat(accounts.amount(1)).isEqualTo(100);
        assertThat(accounts.amount(2)).isEqualTo(100);
    }

    private void assertRefused(String end) {
        assertThatThrownBy(() -> transactions.named("transfer").run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, TAKE);
                    execute(connection, end);
                    execute(connection, GIVE);
                }))
                .isInstanceOf(EndedByWorkException.class)
                .hasMessageStartingWith("unit of work \"transfer\": its work has ended the transaction itself")
                .satisfies(e -> assertThat(((SQLException) e).getSQLState()).isEqualTo("2D000"));
        assertThat(runs).hasValue(1);
    }

    @Test
    void itIsNotRunAgainThoughWhatItThrowsMayPass() throws Exception {
        assertThatThrownBy(() -> transactions.run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, TAKE);
                    execute(connection, "commit");
                    throw new SQLException("planted", "40001");
                }))
                .isInstanceOf(EndedByWorkException.class)
                .cause()
                .hasMessage("planted");
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(99);
    }

    @Test
    void aPreparedCommitABatchAndTheConnectionOfAStatementAreNoticed() throws Exception {
        assertEnds(connection -> {
            try (PreparedStatement statement = connection.prepareStatement("commit")) {
                statement.execute();
            }
        });
        assertEnds(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.addBatch("commit");
                statement.executeBatch();
            }
        });
        assertEnds(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.getConnection().commit();
            }
        });
        assertThat(accounts.amount(1)).isEqualTo(97);
    }

    private interface Ending {
        void on(Connection connection) throws SQLException;
    }

    private void assertEnds(Ending ending) {
        assertThatThrownBy(() -> transactions.run(connection -> {
                    execute(connection, TAKE);
                    ending.on(connection);
                }))
                .isInstanceOf(EndedByWorkException.class);
    }

    @Test
    void whatOnlyLooksLikeAnEndIsNone() throws Exception {
        transactions.run(connection -> {
            execute(connection, TAKE);
            execute(connection, "begin");
            execute(connection, "savepoint part; update account set amount = 0; rollback to savepoint part");
            execute(connection, "rollback to part");
            execute(connection, "do $end$ begin perform 'x; commit; '; end $end$; " + GIVE);
            execute(connection, "select 'a; commit'; select 1 -- ; commit");
        });
        assertThat(accounts.amount(1)).isEqualTo(99);
        assertThat(accounts.amount(2)).isEqualTo(101);
    }
}
