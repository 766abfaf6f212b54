package io.dbops.retry;

import static io.dbops.retry.Accounts.execute;
import static io.dbops.retry.Accounts.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.Isolation;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a unit asks for is over with it: whoever gets its connection next finds it as it was. */
@DbOpsCluster(replicas = 0)
class SettingsOfUnitsTest {

    private final EmbeddedCluster cluster;
    private final Accounts accounts;

    SettingsOfUnitsTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        accounts = new Accounts(cluster);
        accounts.pool.setMaximumPoolSize(1);
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        accounts.create();
    }

    @AfterEach
    void closePool() {
        accounts.close();
    }

    /** How a connection is that its owner has set up in his own way. */
    private record Found(int isolation, boolean readOnly, int timeout, boolean autoCommit) {

        static Found in(Connection connection) throws SQLException {
            return new Found(
                    connection.getTransactionIsolation(),
                    connection.isReadOnly(),
                    connection.getNetworkTimeout(),
                    connection.getAutoCommit());
        }
    }

    private static void runUnits(DataSource dataSource) throws SQLException {
        Transactions transactions = Retries.attempts(2)
                .over(dataSource)
                .isolated(Isolation.SERIALIZABLE)
                .within(Duration.ofSeconds(20));
        assertThat(transactions.<Integer, RuntimeException>read(
                        connection -> number(connection, "select amount from account where id = 1")))
                .isEqualTo(100);
        transactions.run(connection -> execute(connection, "update account set amount = 1 where id = 1"));
        assertThatThrownBy(() -> transactions.read(connection -> execute(connection, "nonsense")))
                .isInstanceOf(SQLException.class);
    }

    @Test
    void aConnectionOfAPoolIsGivenBackAsItWas() throws Exception {
        Found before;
        try (Connection connection = accounts.pool.getConnection()) {
            before = Found.in(connection);
        }
        runUnits(accounts.pool);
        try (Connection connection = accounts.pool.getConnection()) {
            assertThat(Found.in(connection)).isEqualTo(before);
        }
    }

    /** A data source that gives the same connection to everybody, and does nothing when it is given back. */
    @Test
    void aConnectionOfADataSourceThatResetsNothingIsGivenBackAsItWas() throws Exception {
        try (Connection only = cluster.primary().connect()) {
            only.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            only.setNetworkTimeout(Runnable::run, 61_000);
            only.setAutoCommit(false);
            Found before = Found.in(only);
            only.rollback();

            runUnits(Leading.to(() -> Calls.keptOpen(only)));
            assertThat(Found.in(only)).isEqualTo(before);
            assertThat(number(only, "select amount from account where id = 1")).isEqualTo(1);
            only.rollback();
        }
    }
}
