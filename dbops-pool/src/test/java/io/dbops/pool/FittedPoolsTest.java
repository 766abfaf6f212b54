package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Credentials;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.dialect.Dialect;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@DbOpsCluster(replicas = 0, settings = "max_connections=40")
class FittedPoolsTest {

    private final EmbeddedNode server;

    FittedPoolsTest(EmbeddedCluster cluster) {
        server = cluster.primary();
    }

    private Node.Addressed node() {
        return new Node.Addressed("db-1", server.url(), Credentials.of(server.user(), server.password()));
    }

    private ConnectionLimits limits() throws SQLException {
        try (Connection connection = server.connect()) {
            return Dialect.of(connection).limits(connection);
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aPoolThatFitsOpens() throws SQLException {
        try (NodePool pool = FittedPools.upTo(36).open("orders", node(), limits());
                Connection connection = pool.dataSource().getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void aPoolThatDoesNotFitIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> FittedPools.upTo(10).instances(3).reserving(5).open("orders", node(), limits()))
                .isInstanceOf(DbOpsException.class)
                .hasMessage("pool of node \"db-1\" (10 and 1 to watch) x 3 instances = 33, but the server leaves 32"
                        + " (max_connections 40, reserved 3, kept back 5): 9 or less fits");
    }

    @Test
    void oneLessThanWhatIsRefusedFits() throws SQLException {
        ConnectionLimits limits = limits();
        assertThatThrownBy(() -> FittedPools.upTo(37).open("orders", node(), limits))
                .hasMessageEndingWith("36 or less fits");
        assertThatCode(() -> FittedPools.upTo(36).open("orders", node(), limits).close())
                .doesNotThrowAnyException();
    }

    @Test
    void theLimitOfTheRoleOrTheDatabaseBindsWhereItIsLower() throws SQLException {
        asSuperuser("alter role app connection limit 20");
        assertThat(limits())
                .isEqualTo(new ConnectionLimits(20, "max_connections 40, reserved 3, connection limit of role app 20"));
        asSuperuser("alter database app connection limit 10");
        assertThat(limits().usable()).isEqualTo(10);
        assertThat(limits().arithmetic()).endsWith("connection limit of database app 10");
        asSuperuser("alter database app connection limit -1");
        asSuperuser("alter role app connection limit -1");
        assertThat(limits()).isEqualTo(new ConnectionLimits(37, "max_connections 40, reserved 3"));
    }

    @Test
    void whereNothingFitsTheMessageSaysSo() {
        assertThatThrownBy(() -> FittedPools.upTo(1).instances(30).reserving(30).open("orders", node(), limits()))
                .hasMessageContaining("= 60, but the server leaves 7")
                .hasMessageEndingWith("none fits; raise max_connections or keep back less");
    }

    @Test
    void aReadOnlyConnectionIsRefusedItsWritesInAutocommitModeToo() throws SQLException {
        try (NodePool pool = FittedPools.upTo(2).open("orders", node(), limits());
                Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setReadOnly(true);
            assertThatThrownBy(() -> statement.execute("create table t ()"))
                    .hasFieldOrPropertyWithValue("SQLState", "25006");
        }
    }

    @Test
    void closingEndsItsConnections() throws Exception {
        NodePool pool = FittedPools.upTo(3).open("orders", node(), limits());
        pool.dataSource().getConnection().close();
        pool.close();
        pool.close();
        assertThatThrownBy(() -> pool.dataSource().getConnection()).isInstanceOf(SQLException.class);
    }

    @Test
    void badNumbersAreRejectedBeforeAnythingIsOpened() {
        assertThatThrownBy(() -> FittedPools.upTo(0)).hasMessage("upTo (0): must be at least 1");
        assertThatThrownBy(() -> FittedPools.upTo(1).instances(0)).hasMessage("instances (0): must be at least 1");
        assertThatThrownBy(() -> FittedPools.upTo(1).reserving(-1)).hasMessage("reserving (-1): must not be negative");
        assertThatThrownBy(() -> FittedPools.upTo(1).waiting(Duration.ofMillis(249)))
                .hasMessage("waiting (PT0.249S): must be at least PT0.25S");
    }
}
