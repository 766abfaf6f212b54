package io.dbops.retry;

import static io.dbops.retry.Accounts.execute;
import static io.dbops.retry.Accounts.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.SwallowedErrorException;
import io.dbops.tx.Transactions;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Work that catches what it should not, or does what is not its own to do: nothing is half committed, or told wrongly. */
@DbOpsCluster(replicas = 0)
class SpoiledUnitsTest {

    private final Accounts accounts;
    private final AtomicInteger runs = new AtomicInteger();

    SpoiledUnitsTest(EmbeddedCluster cluster) {
        accounts = new Accounts(cluster);
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        accounts.create();
    }

    @AfterEach
    void closePool() {
        accounts.close();
    }

    private Transactions transactions() {
        return Retries.attempts(3).over(accounts.pool);
    }

    @Test
    void afterALossThatWasCaughtNoHalfOfAUnitIsCommittedOverAnotherConnection() throws Exception {
        transactions().run(connection -> {
            execute(connection, "update account set amount = 1 where id = 1");
            if (runs.incrementAndGet() == 1) {
                accounts.lose(connection);
                assertThatThrownBy(() -> execute(
                                connection, "delete from account where id = 8; delete from account where id = 9"))
                        .isInstanceOf(SQLException.class);
            }
            execute(connection, "update account set amount = 7 where id = 2");
        });
        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(1)).isEqualTo(1);
        assertThat(accounts.amount(2)).isEqualTo(7);
    }

    @Test
    void aLossThatWasCaughtBeforeTheCommitIsNoUnknownOutcome() throws Exception {
        transactions().run(connection -> {
            execute(connection, "update account set amount = amount + 1 where id = 1");
            if (runs.incrementAndGet() == 1) {
                accounts.lose(connection);
                assertThatThrownBy(() -> number(connection, "select 1")).isInstanceOf(SQLException.class);
            }
        });
        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(1)).isEqualTo(101);
    }

    @Test
    void anErrorOfFetchingRowsIsNoticed() throws Exception {
        assertThatThrownBy(() -> transactions().run(connection -> {
                    execute(connection, "update account set amount = 7 where id = 1");
                    try (Statement statement = connection.createStatement()) {
                        statement.setFetchSize(2);
                        try (ResultSet rows =
                                statement.executeQuery("select 1 / (5 - i) from generate_series(1, 10) i")) {
                            assertThatThrownBy(() -> {
                                        while (rows.next()) {}
                                    })
                                    .isInstanceOf(SQLException.class);
                        }
                    }
                }))
                .isInstanceOf(SwallowedErrorException.class);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void anErrorOfAskingForMetadataIsNoticed() throws Exception {
        assertThatThrownBy(() -> transactions().run(connection -> {
                    execute(connection, "update account set amount = 7 where id = 1");
                    try (PreparedStatement statement = connection.prepareStatement("select nope from account")) {
                        assertThatThrownBy(statement::getMetaData).isInstanceOf(SQLException.class);
                    }
                }))
                .isInstanceOf(SwallowedErrorException.class);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void anErrorBehindWhatWasUnwrappedIsNoticed() throws Exception {
        assertThatThrownBy(() -> transactions().run(connection -> {
                    execute(connection, "update account set amount = 7 where id = 1");
                    assertThatThrownBy(() -> connection
                                    .unwrap(PGConnection.class)
                                    .getCopyAPI()
                                    .copyOut("copy (select 1 / 0) to stdout"))
                            .isInstanceOf(SQLException.class);
                }))
                .isInstanceOf(SwallowedErrorException.class);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void whatASavepointHasHealedDecidesNothing() {
        Transactions transactions = transactions();
        assertThatThrownBy(() -> transactions.run(connection -> {
                    runs.incrementAndGet();
                    assertThatThrownBy(() -> transactions.savepoint(
                                    connection,
                                    part -> execute(
                                            part, "do $$ begin raise exception 'x' using errcode = '40001'; end $$")))
                            .isInstanceOf(SQLException.class);
                    assertThatThrownBy(() -> execute(connection, "insert into account values (1, 1)"))
                            .isInstanceOf(SQLException.class);
                }))
                .isInstanceOf(SwallowedErrorException.class);
        assertThat(runs).as("a duplicate key, not a conflict").hasValue(1);
    }

    @Test
    void aPartThatCaughtItsErrorIsTakenBackAndTheUnitGoesOn() throws Exception {
        Transactions transactions = transactions();
        transactions.run(connection -> {
            execute(connection, "update account set amount = 1 where id = 1");
            assertThatThrownBy(() -> transactions.savepoint(connection, part -> {
                        assertThatThrownBy(() -> execute(part, "insert into account values (1, 1)"))
                                .isInstanceOf(SQLException.class);
                        return 0;
                    }))
                    .isInstanceOf(SQLException.class);
            execute(connection, "update account set amount = 2 where id = 2");
        });
        assertThat(accounts.amount(1)).isEqualTo(1);
        assertThat(accounts.amount(2)).isEqualTo(2);
    }

    @Test
    void aSavepointOfAnotherConnectionTakesNothingOfTheUnitBack() throws Exception {
        Transactions transactions = transactions();
        assertThatThrownBy(() -> transactions.run(connection -> {
                    execute(connection, "update account set amount = 1 where id = 1");
                    try (Connection other = accounts.pool.getConnection()) {
                        other.setAutoCommit(false);
                        assertThatThrownBy(() -> transactions.savepoint(other, part -> {
                                    transactions.run(inner -> {
                                        throw new IllegalStateException("half done");
                                    });
                                    return 0;
                                }))
                                .hasMessage("half done");
                        other.rollback();
                    }
                }))
                .isInstanceOf(SwallowedErrorException.class);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void theWorkCannotEndItsTransaction() throws Exception {
        for (SqlCall call : new SqlCall[] {
            Connection::commit, Connection::rollback, Connection::close, connection -> connection.setAutoCommit(true)
        }) {
            assertThatThrownBy(() -> transactions().run(connection -> {
                        execute(connection, "update account set amount = amount + 1 where id = 1");
                        call.on(connection);
                    }))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("2D000"));
        }
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    private interface SqlCall {
        void on(Connection connection) throws SQLException;
    }

    @Test
    void whatMayNotBeDoneTwiceIsRefusedInsideWhatMay() {
        Transactions transactions = transactions();
        assertThatThrownBy(() -> transactions
                        .idempotent()
                        .run(connection -> transactions.run(
                                inner -> execute(inner, "update account set amount = amount + 1 where id = 1"))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("may not be done twice");
    }

    @Test
    void aRegistryThatRefusesMetersIsNoFailedUnit() throws Exception {
        var registry = new SimpleMeterRegistry();
        Timer.builder("dbops.transactions")
                .tags("db", "x", "name", "unnamed", "outcome", "committed")
                .register(registry);
        Transactions transactions =
                Transactions.over(accounts.pool, Retries.attempts(3).open("x", registry), EnclosingTransaction.NONE);
        transactions.run(connection -> execute(connection, "update account set amount = 5 where id = 2"));
        assertThat(accounts.amount(2)).isEqualTo(5);
    }

    @Test
    void aPoolThatFailsAfterTheCommitIsNoFailedUnit() throws Exception {
        Transactions transactions = Transactions.over(
                Leading.to(() -> failingToClose(accounts.pool.getConnection())),
                Retries.attempts(3).open("x", null),
                EnclosingTransaction.NONE);
        int result = transactions
                .idempotent()
                .write(connection -> execute(
                        connection,
                        "update account set amount = amount + " + runs.incrementAndGet() + " where id = 1"));
        assertThat(result).isEqualTo(1);
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(101);
    }

    private static Connection failingToClose(Connection connection) {
        return Calls.of(connection, (name, result) -> {
            if (name.equals("close")) {
                throw new IllegalStateException("the pool is broken");
            }
        });
    }

    @Test
    void whatFailedInsideIsNotCommittedByAFrameworkThatGoesOn() throws Exception {
        try (Connection theirs = accounts.pool.getConnection()) {
            theirs.setAutoCommit(false);
            Transactions transactions =
                    Transactions.over(accounts.pool, Retries.attempts(3).open("x", null), dataSource -> theirs);
            Throwable thrown = catchThrowable(() -> transactions.run(connection -> {
                try {
                    transactions.run(inner -> {
                        execute(inner, "update account set amount = 5 where id = 2");
                        throw new IllegalStateException("half done");
                    });
                } catch (IllegalStateException e) {
                    // Swallowed.
                }
            }));
            assertThat(thrown).as("what the framework gets").isInstanceOf(SwallowedErrorException.class);
            theirs.rollback();
        }
        assertThat(accounts.amount(2)).isEqualTo(100);
    }
}
