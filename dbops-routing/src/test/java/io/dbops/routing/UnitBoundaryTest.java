package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Consistency;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Where units of work begin and end when SQL, errors or the driver's own connection have a part in it. */
@DbOpsCluster(replicas = 1)
class UnitBoundaryTest {

    private final EmbeddedCluster cluster;
    private RoutedPair pair;

    UnitBoundaryTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aSchemaSetBeforeTheFirstStatementSurvivesARollback() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            connection.setSchema("pg_catalog");
            connection.setAutoCommit(false);
            assertThat(connection.getSchema()).isEqualTo("pg_catalog");
            connection.rollback();
            assertThat(connection.getSchema()).isEqualTo("pg_catalog");
        }
    }

    @Test
    void aFailedTransactionBegunInSqlIsInheritedByNobody() throws Exception {
        try (Connection connection =
                        pair.routed.dataSource(Consistency.strong()).getConnection();
                Statement statement = connection.createStatement()) {
            connection.setReadOnly(true);
            statement.execute("begin");
            assertThatThrownBy(() -> statement.execute("select 1 / 0")).isInstanceOf(SQLException.class);
        }
        everyConnectionOfThePrimaryWrites();
    }

    private void everyConnectionOfThePrimaryWrites() throws SQLException {
        HikariDataSource pool = pair.pools.pool("db-1");
        List<Connection> all = new ArrayList<>();
        try {
            for (int i = 0; i < pool.getMaximumPoolSize(); i++) {
                Connection connection = pool.getConnection();
                all.add(connection);
                try (Statement statement = connection.createStatement()) {
                    statement.execute("insert into t values (" + (100 + i) + ")");
                }
            }
        } finally {
            for (Connection connection : all) {
                connection.close();
            }
        }
    }

    @Test
    void aTransactionBegunInSqlIsNotCommittedByClosing() throws Exception {
        try (Connection connection = pair.routed.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("begin");
            statement.execute("insert into t values (1)");
            connection.setAutoCommit(false);
        }
        assertThat(pair.countOnPrimary()).isZero();
    }

    @Test
    void anErrorThatLooksLikeALostConnectionCostsThatConnectionOnly() throws Exception {
        try (Connection connection = pair.session.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(
                            () -> statement.execute("do $$ begin raise exception 'x' using errcode = '08006'; end $$"))
                    .hasFieldOrPropertyWithValue("SQLState", "08006");
            try (Statement next = connection.createStatement()) {
                next.execute("insert into t values (1)");
            }
        }
        assertThat(pair.countOfOwnRead()).isEqualTo(1);
        await(
                "the session is back on the replica",
                () -> read(pair.session.dataSource(), RoutedPair.COUNT).node().equals("db-2"));
    }

    @Test
    void aWriteThroughTheDriverIsSeenWhereThePoolDoesNotEnforceReadOnly() throws Exception {
        pair.close();
        pair = RoutedPair.over(
                cluster,
                RoutedPair.LENIENT,
                config -> config.getDataSourceProperties().remove("readOnlyMode"));
        pair.onReplica().close();
        pair.replica.pauseReplay();
        try (Connection connection =
                pair.session.dataSource(Consistency.strong()).getConnection()) {
            connection.setReadOnly(true);
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn("copy t from stdin", new StringReader("1\n"));
        }
        assertThat(pair.countOfOwnRead()).isEqualTo(1);
    }
}
