package io.dbops.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A primary and two replicas that cost nothing, and the pools and the router that were opened over them. */
public final class StubCluster implements AutoCloseable {

    /** So many that eight threads never wait. */
    private static final int POOL_SIZE = 16;

    /** So long that the JIT, and a busy machine, do not make replicas stale. */
    private static final Duration BOUND = Duration.ofSeconds(10);

    private final StubServer primary = new StubServer("primary", false, 5432);
    private final List<StubServer> replicas =
            List.of(new StubServer("replica-1", true, 5433), new StubServer("replica-2", true, 5434));
    private final List<HikariDataSource> pools = new ArrayList<>();
    private @Nullable RoutedDataSource routed;
    private @Nullable StubDriver driver;

    HikariDataSource primary() {
        return pool(primary);
    }

    HikariDataSource replica(int number) {
        return pool(replicas.get(number - 1));
    }

    private HikariDataSource pool(StubServer server) {
        var config = new HikariConfig();
        config.setPoolName(server.toString());
        config.setDataSource(server);
        config.setMaximumPoolSize(POOL_SIZE);
        var pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    /** A pool over the AWS wrapper, whose connections hold one to the primary and one to a replica. */
    HikariDataSource awsWrapped() throws SQLException {
        driver = StubDriver.of(primary, replicas.get(0));
        var config = new HikariConfig();
        config.setPoolName("aws");
        config.setJdbcUrl("jdbc:aws-wrapper:stub://primary:5432/app");
        config.addDataSourceProperty("wrapperDialect", "pg");
        config.addDataSourceProperty("wrapperPlugins", "srw");
        config.addDataSourceProperty("srwWriteEndpoint", "primary:5432");
        config.addDataSourceProperty("srwReadEndpoint", "replica-1:5433");
        // The stub is asked by dbops only; the question would be asked once a connection.
        config.addDataSourceProperty("verifyNewSrwConnections", "false");
        config.setMaximumPoolSize(POOL_SIZE);
        var pool = new HikariDataSource(config);
        pools.add(pool);
        try (Connection connection = pool.getConnection()) {
            connection.setReadOnly(true);
            if (!connection.unwrap(StubConnection.class).isOf(replicas.get(0))) {
                throw new IllegalStateException("the AWS wrapper does not read from its replica");
            }
        }
        return pool;
    }

    /**
     * The servers as nodes of a router, each with a new pool.
     *
     * @return the nodes
     */
    public List<Node> nodes() {
        var nodes = new ArrayList<Node>();
        nodes.add(node(primary));
        replicas.forEach(replica -> nodes.add(node(replica)));
        return nodes;
    }

    private Node node(StubServer server) {
        return Node.of(server.toString(), pool(server), server);
    }

    RoutedDataSource routed() {
        routed = LagAwareRouting.within(BOUND).wrap(nodes());
        return routed;
    }

    /**
     * Closes everything, the router before its pools.
     *
     * @throws IllegalStateException if dbops sent more than one read in a hundred to the primary: then the figures are
     *     of something else
     */
    @Override
    public void close() {
        Map<RoutingDecision, Long> decisions = routed == null ? Map.of() : routed.decisions();
        if (routed != null) {
            routed.close();
        }
        pools.forEach(HikariDataSource::close);
        if (driver != null) {
            driver.close();
        }
        long all = 0;
        long fresh = 0;
        for (Map.Entry<RoutingDecision, Long> entry : decisions.entrySet()) {
            Reason reason = entry.getKey().reason();
            all += reason == Reason.WRITE ? 0 : entry.getValue();
            fresh += reason == Reason.FRESH_REPLICA ? entry.getValue() : 0;
        }
        if (fresh < all * 0.99) {
            throw new IllegalStateException("replicas served only " + fresh + " of " + all + " reads: " + decisions);
        }
    }
}
