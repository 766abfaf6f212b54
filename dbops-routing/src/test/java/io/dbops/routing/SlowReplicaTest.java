package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.Node;
import io.dbops.routing.Health.Standing;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of the replicas that may serve does: by health, zone and weight, on real servers and a spoiled network. */
@DbOpsCluster(replicas = 2, proxied = true)
class SlowReplicaTest {

    private static final Duration DELAY = Duration.ofMillis(200);
    private static final LagAwareRouting ROUTING =
            LagAwareRouting.within(Duration.ofSeconds(2)).rampingUpOver(Duration.ofSeconds(1));

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    SlowReplicaTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @AfterEach
    void restore() {
        cluster.nodes().forEach(node -> node.network().heal());
        pools.close();
    }

    private static void awaitServing(DataSource routed, String... nodes) throws Exception {
        for (String node : nodes) {
            await(node + " serves", () -> read(routed, "select 1").node().equals(node));
        }
    }

    private static int servedBy(String node, int reads, DataSource routed) throws SQLException {
        int served = 0;
        for (int i = 0; i < reads; i++) {
            served += read(routed, "select 1").node().equals(node) ? 1 : 0;
        }
        return served;
    }

    /** The latency alone would keep reads away, until the other replica is busy: this is about the breaker. */
    @Test
    void aSlowReplicaLeavesTheRotationAndComesBack() throws Exception {
        try (var core = new RouterCore(ROUTING.options(), "test", pools.nodes(), null)) {
            core.open();
            DataSource routed = core.currentSession().dataSource(Consistency.session());
            Health health = core.nodes().get(1).health();
            awaitServing(routed, "db-2", "db-3");
            await("db-2 is in the rotation", () -> health.standing() == Standing.IN);
            cluster.node("db-2").network().delay(DELAY);
            long since = System.nanoTime();
            await("db-2 leaves the rotation", () -> {
                assertThat(read(routed, "select 1").node()).isNotEqualTo("db-1");
                return health.standing() != Standing.IN;
            });
            Duration left = Duration.ofNanos(System.nanoTime() - since);
            System.getLogger(getClass().getName())
                    .log(System.Logger.Level.INFO, "the slow replica left after {0} ms", left.toMillis());
            // Two answers to the watch decide (HealthTest), which take up to 1.5 s; the rest is the machine's.
            assertThat(left).isLessThan(Duration.ofSeconds(6));
            assertThat(servedBy("db-2", 200, routed))
                    .as("trials, at most some of them")
                    .isLessThan(20);
            cluster.node("db-2").network().heal();
            await("db-2 is in the rotation again", () -> health.standing() == Standing.IN);
            await("db-2 has a fair share again", () -> servedBy("db-2", 100, routed) > 25);
        }
    }

    @Test
    void theLastReplicaServesHoweverSlow() throws Exception {
        // A bound that the delay and a busy machine leave far away: beyond it the primary would serve, and rightly so.
        LagAwareRouting lenient = LagAwareRouting.within(Duration.ofSeconds(20)).slowAfter(Duration.ofMillis(100));
        try (var core = new RouterCore(lenient.options(), "test", pools.nodes().subList(0, 2), null)) {
            core.open();
            DataSource routed = core.currentSession().dataSource(Consistency.session());
            Health health = core.nodes().get(1).health();
            awaitServing(routed, "db-2");
            cluster.node("db-2").network().delay(DELAY);
            await("db-2 is out of the rotation", () -> {
                assertThat(read(routed, "select 1").node()).isEqualTo("db-2");
                return health.standing() == Standing.OUT;
            });
            assertThat(servedBy("db-2", 5, routed)).isEqualTo(5);
        }
    }

    @Test
    void aReplicaOfTheOwnZoneServesWhileThereIsOne() throws Exception {
        List<Node> nodes = pools.nodes();
        List<Node> placed =
                List.of(nodes.get(0), nodes.get(1).in("east"), nodes.get(2).in("west"));
        try (RoutedDataSource routed = ROUTING.preferringZone("west").wrap(placed)) {
            awaitServing(routed, "db-3");
            assertThat(servedBy("db-3", 200, routed)).isEqualTo(200);
            cluster.node("db-3").network().delay(DELAY);
            await("the other zone serves", () -> servedBy("db-2", 20, routed) >= 19);
            cluster.node("db-3").network().heal();
            await("the own zone serves again", () -> servedBy("db-3", 20, routed) == 20);
        }
    }

    @Test
    void weightsAreHeld() throws Exception {
        var nodes = new ArrayList<>(pools.nodes());
        nodes.set(2, nodes.get(2).weighted(3));
        try (RoutedDataSource routed = ROUTING.wrap(nodes)) {
            awaitServing(routed, "db-2", "db-3");
            // A machine that is busy with something else may make one of them slow for a while.
            await("three of four reads", () -> Math.abs(servedBy("db-3", 1_000, routed) - 750) <= 75);
        }
    }
}
