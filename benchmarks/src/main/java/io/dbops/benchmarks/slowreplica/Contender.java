package io.dbops.benchmarks.slowreplica;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.benchmarks.ServerPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** A way to choose a replica, each over HikariCP pools with the settings of {@link ServerPools}. */
enum Contender {

    /** dbops with a bound of two seconds. */
    DBOPS("dbops") {
        @Override
        Opened open(EmbeddedCluster cluster) {
            var properties = new HashMap<>(ServerPools.IMPATIENT);
            properties.put("readOnlyMode", "always");
            var nodes = new ArrayList<Node>();
            var closing = new ArrayList<Runnable>();
            for (EmbeddedNode node : cluster.nodes()) {
                HikariDataSource pool = pool(node, properties);
                closing.add(pool::close);
                nodes.add(Node.of(node.name(), pool, node.dataSource()));
            }
            RoutedDataSource router =
                    LagAwareRouting.within(Duration.ofSeconds(2)).wrap(nodes);
            closing.add(0, router::close);
            return new Opened(router, closing);
        }
    },

    /** Spring's {@link AbstractRoutingDataSource} over the replicas, one drawn for each connection. */
    SPRING_ROUTING("Spring AbstractRoutingDataSource") {
        @Override
        Opened open(EmbeddedCluster cluster) {
            var targets = new HashMap<Object, Object>();
            var closing = new ArrayList<Runnable>();
            for (EmbeddedNode node : cluster.replicas()) {
                HikariDataSource pool = pool(node, ServerPools.IMPATIENT);
                closing.add(pool::close);
                targets.put(targets.size(), pool);
            }
            var routing = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return ThreadLocalRandom.current().nextInt(targets.size());
                }
            };
            routing.setTargetDataSources(targets);
            routing.afterPropertiesSet();
            return new Opened(routing, closing);
        }
    };

    /** So many that nobody waits for a connection when half of the reads take 200 ms. */
    private static final int POOL_SIZE = 30;

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** Opens pools while the network is healthy. */
    abstract Opened open(EmbeddedCluster cluster);

    private static HikariDataSource pool(EmbeddedNode node, Map<String, String> properties) {
        return ServerPools.open(node.name(), node.url(), node, properties, POOL_SIZE, Duration.ofSeconds(2));
    }

    /**
     * Where to read.
     *
     * @param reads for connections that are declared read-only
     * @param closing what closes what was opened, in this order
     */
    record Opened(DataSource reads, List<Runnable> closing) implements AutoCloseable {
        @Override
        public void close() {
            closing.forEach(Runnable::run);
        }
    }
}
