package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Explanation;
import io.dbops.Node;
import io.dbops.RoutingDecision;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What a connection of units over any data source says of itself. */
@DbOpsCluster(replicas = 0)
class GuardedConnectionTest {

    private final EmbeddedCluster cluster;

    GuardedConnectionTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void whereNoNodeIsChosenNoChoiceIsTold() throws Exception {
        var guarded = new GuardedDataSource(cluster.primary().dataSource());
        try (Connection connection = guarded.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select 1");
            assertThat(connection.isWrapperFor(RoutingDecision.class)).isFalse();
            assertThat(connection.isWrapperFor(Explanation.class)).isFalse();
            assertThatThrownBy(() -> connection.unwrap(RoutingDecision.class)).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connection.unwrap(Explanation.class)).isInstanceOf(SQLException.class);
            assertThat(connection.unwrap(PGConnection.class)).isNotNull();
            assertThat(connection).hasToString("RoutedConnection[the data source]");
        }
    }

    @Test
    void whatIsWrappedTellsItsOwnChoice() throws Exception {
        try (var pool = new HikariDataSource();
                RoutedDataSource routed = wrap(pool);
                Connection connection = new GuardedDataSource(routed).getConnection()) {
            assertThat(connection.isWrapperFor(Explanation.class)).isTrue();
            assertThat(connection.unwrap(RoutingDecision.class).node()).isEqualTo("db-1");
            assertThat(connection.unwrap(Explanation.class).format()).startsWith("db-1, for it may write");
        }
    }

    private RoutedDataSource wrap(HikariDataSource pool) {
        EmbeddedNode primary = cluster.primary();
        pool.setJdbcUrl(primary.url());
        pool.setUsername(primary.user());
        pool.setPassword(primary.password());
        pool.setMaximumPoolSize(2);
        return LagAwareRouting.within(Duration.ofMinutes(1)).wrap(List.of(Node.of("db-1", pool, primary.dataSource())));
    }
}
