package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.SQLExceptionOverride.Override;
import io.dbops.Credentials;
import io.dbops.Node;
import io.dbops.dialect.ErrorTable;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which errors of real servers cost a connection its place in the pool. */
@DbOpsCluster(replicas = 1)
class EvictionTest {

    private final EmbeddedCluster cluster;
    private HikariPool pool;

    EvictionTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    private HikariPool poolOf(EmbeddedNode server) {
        var node = new Node.Addressed("db", server.url(), Credentials.of(server.user(), server.password()));
        return HikariPool.open("orders", node, new NodeConnections(node), 1, Duration.ofSeconds(10));
    }

    @BeforeEach
    void openPool() {
        pool = poolOf(cluster.primary());
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    private int backend() throws SQLException {
        try (Connection connection = pool.dataSource().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private void refused(String state, boolean readOnly, String sql) throws SQLException {
        try (Connection connection = pool.dataSource().getConnection();
                var statement = connection.createStatement()) {
            connection.setReadOnly(readOnly);
            assertThatThrownBy(() -> statement.execute(sql)).hasFieldOrPropertyWithValue("SQLState", state);
        }
    }

    @Test
    void aConnectionToADemotedPrimaryLeavesThePool() throws SQLException {
        pool.close();
        pool = poolOf(cluster.replicas().get(0)); // what stands at the address takes no writes any more
        int before = backend();
        refused("25006", false, "create table t ()");
        assertThat(backend()).isNotEqualTo(before);
    }

    @Test
    void anApplicationThatWritesOnAReadOnlyConnectionKeepsIt() throws SQLException {
        int before = backend();
        refused("25006", true, "create table t ()");
        assertThat(backend()).isEqualTo(before);
    }

    @Test
    void aConnectionThatTheServerEndedLeavesThePool() throws SQLException {
        int before = backend();
        refused("57P01", false, "select pg_terminate_backend(pg_backend_pid())");
        assertThat(backend()).isNotEqualTo(before);
    }

    @Test
    void aMistakeInAStatementCostsNoConnection() throws SQLException {
        int before = backend();
        refused("42P01", false, "select * from nowhere");
        assertThat(backend()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql, 57P02, 0, '', MUST_EVICT",
        "postgresql, 57P03, 0, '', MUST_EVICT",
        "postgresql, 25P03, 0, '', MUST_EVICT",
        "postgresql, 57P05, 0, '', MUST_EVICT",
        "postgresql, 25006, 0, '', MUST_EVICT",
        "postgresql, 0A000, 0, '', DO_NOT_EVICT",
        "postgresql, 40001, 0, '', CONTINUE_EVICT",
        "mysql, HY000, 1290, running with the --read-only option, MUST_EVICT",
        "mysql, HY000, 1290, running with the --secure-file-priv option, CONTINUE_EVICT",
        "mysql, HY000, 1836, '', MUST_EVICT",
        "mysql, 25006, 1792, '', MUST_EVICT",
        "mysql, HY000, 4031, The client was disconnected by the server, MUST_EVICT",
        "mariadb, 70100, 1927, Connection was killed, MUST_EVICT",
        "mysql, HY000, 3168, '', MUST_EVICT",
        "mysql, HY000, 3169, '', MUST_EVICT",
        "mysql, 0A000, 1235, '', DO_NOT_EVICT"
    })
    void whatAnErrorMeansDecides(String product, String state, int code, String message, Override expected) {
        var rules = new EvictionRules(ErrorTable.ofUrl("jdbc:" + product + "://db-1/orders"), () -> false);
        assertThat(rules.adjudicate(new SQLException(message, state, code))).isEqualTo(expected);
    }
}
