package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.Router;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.io.PrintWriter;
import java.io.Writer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each method of {@link DataSource}, on the router and on its views. */
@DbOpsCluster(replicas = 0)
class JdbcDataSourceContractTest {

    private static final String UNSUPPORTED = "SQLFeatureNotSupportedException";

    private final Pooled pools;
    private final RoutedDataSource routed;

    JdbcDataSourceContractTest(EmbeddedCluster cluster) {
        pools = Pooled.over(cluster);
        routed = RoutedPair.LENIENT.wrap(pools.nodes());
    }

    @AfterEach
    void close() {
        routed.close();
        pools.close();
    }

    @FunctionalInterface
    private interface Call {
        Object on(DataSource dataSource) throws SQLException;
    }

    private static String outcome(Call call, DataSource dataSource) {
        try {
            Object answer = call.on(dataSource);
            if (answer instanceof Connection connection) {
                connection.close();
                return "a Connection";
            }
            return String.valueOf(answer);
        } catch (SQLException e) {
            return e.getClass().getSimpleName();
        }
    }

    private static Map<String, Map.Entry<Call, String>> calls() {
        var calls = new LinkedHashMap<String, Map.Entry<Call, String>>();
        calls.put("getConnection()", Map.entry(DataSource::getConnection, "a Connection"));
        calls.put("getConnection(String, String)", Map.entry(d -> d.getConnection("a", "b"), UNSUPPORTED));
        calls.put("getLogWriter()", Map.entry(DataSource::getLogWriter, UNSUPPORTED));
        calls.put("setLogWriter(PrintWriter)", unsupported(d -> d.setLogWriter(new PrintWriter(Writer.nullWriter()))));
        calls.put("getLoginTimeout()", Map.entry(DataSource::getLoginTimeout, "0"));
        calls.put("setLoginTimeout(int)", unsupported(d -> d.setLoginTimeout(1)));
        calls.put("getParentLogger()", Map.entry(DataSource::getParentLogger, UNSUPPORTED));
        calls.put("createConnectionBuilder()", Map.entry(DataSource::createConnectionBuilder, UNSUPPORTED));
        calls.put("createShardingKeyBuilder()", Map.entry(DataSource::createShardingKeyBuilder, UNSUPPORTED));
        calls.put("isWrapperFor(Class)", Map.entry(d -> d.isWrapperFor(String.class), "false"));
        calls.put("unwrap(Class)", Map.entry(d -> d.unwrap(String.class), "SQLException"));
        return calls;
    }

    @FunctionalInterface
    private interface Action {
        void on(DataSource dataSource) throws SQLException;
    }

    private static Map.Entry<Call, String> unsupported(Action action) {
        return Map.entry(
                dataSource -> {
                    action.on(dataSource);
                    return "done";
                },
                UNSUPPORTED);
    }

    @Test
    void everyMethodAnswersOnTheRouterAndOnItsViews() {
        assertThat(calls().keySet())
                .containsAll(JdbcCalls.methods(DataSource.class).keySet());
        for (DataSource dataSource : List.of(
                routed,
                routed.dataSource(Consistency.eventual()),
                routed.session().dataSource())) {
            calls().forEach((name, call) -> assertThat(outcome(call.getKey(), dataSource))
                    .as("%s of %s", name, dataSource.getClass().getSimpleName())
                    .isEqualTo(call.getValue()));
        }
    }

    @Test
    void theRouterCanBeFoundBehindItsDataSource() throws Exception {
        DataSource dataSource = routed;
        assertThat(dataSource.isWrapperFor(Router.class)).isTrue();
        assertThat(dataSource.unwrap(Router.class)).isSameAs(routed);
        assertThat(dataSource.unwrap(DataSource.class)).isSameAs(routed);
    }

    @Test
    void aClosedRouterGivesNoConnection() {
        routed.close();
        assertThat(outcome(DataSource::getConnection, routed)).isEqualTo("SQLException");
    }
}
