package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.ClusterEvent;
import io.dbops.Discovery;
import io.dbops.Node;
import io.dbops.dialect.Role;
import io.dbops.dialect.Standby;
import io.dbops.test.EmbeddedNode;
import java.net.InetAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that are found, and found no more. */
@Tag("cluster-heavy")
@Timeout(120)
class DiscoveryRulesTest {

    private static final Duration OFTEN = Duration.ofMillis(20);

    private final OwnCluster own = OwnCluster.start(2);
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();
    private final Semaphore looked = new Semaphore(0);
    private volatile Discovery discovery = standbys -> List.of();

    DiscoveryRulesTest() throws SQLException {}

    @AfterEach
    void close() {
        own.close();
    }

    private RoutedDataSource open(Discovery found) {
        discovery = found;
        return LagAwareRouting.within(Duration.ofMinutes(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(10))
                .abandoningAfter(Duration.ofSeconds(1))
                .discovering(
                        standbys -> {
                            looked.release();
                            return discovery.nodes(standbys);
                        },
                        OFTEN)
                .listener(events::add)
                .wrap(own.nodes().subList(0, 1));
    }

    private void awaitLooks(int times) throws InterruptedException {
        looked.drainPermits();
        looked.acquire(times);
    }

    private Optional<Node> node(Standby standby) {
        return own.nodes().stream()
                .filter(node -> node.name().equals(standby.name()))
                .findFirst();
    }

    private static List<String> names(RoutedDataSource routed) {
        return routed.topology().nodes().stream().map(node -> node.name()).toList();
    }

    @Test
    void standbysOfThePrimaryAreFoundAndServe() throws Exception {
        try (RoutedDataSource routed = open(Discovery.byReplication(this::node))) {
            await("both are found", () -> names(routed).size() == 3);
            await("db-2 serves", () -> read(routed, COUNT).node().equals("db-2"));
            await("db-3 serves", () -> read(routed, COUNT).node().equals("db-3"));
            assertThat(events).contains(new ClusterEvent.NodeAdded("db-2"), new ClusterEvent.NodeAdded("db-3"));
            own.node("db-3").stop();
            await("it is not there any more", () -> names(routed).equals(List.of("db-1", "db-2")));
            await("it is told", () -> events.contains(new ClusterEvent.NodeRemoved("db-3")));
            own.node("db-3").start();
            await("it is there again", () -> names(routed).size() == 3);
        }
    }

    @Test
    void afterAFailoverTheOtherStandbysAreFound() throws Exception {
        EmbeddedNode db2 = own.node("db-2");
        try (RoutedDataSource routed = open(Discovery.byReplication(this::node))) {
            await("both are measured", () -> isMeasured(routed, "db-2") && isMeasured(routed, "db-3"));
            own.node("db-1").kill();
            db2.promote();
            own.node("db-3").follow(db2);
            execute(routed, INSERT);
            awaitLooks(10);
            assertThat(names(routed)).as("the primary streams from nobody").contains("db-2");
            await("reads go to the standby", () -> read(routed, COUNT).node().equals("db-3"));
            assertThat(names(routed)).as("what was given stays").contains("db-1");
        }
    }

    private static boolean isMeasured(RoutedDataSource routed, String name) {
        return routed.topology().nodes().stream()
                .anyMatch(node -> node.name().equals(name) && node.freshness() instanceof io.dbops.Freshness.Known);
    }

    @Test
    void nothingIsRemovedForOneBadAnswer() throws Exception {
        List<Node> all = own.nodes();
        try (RoutedDataSource routed = open(standbys -> all)) {
            await("both are found", () -> names(routed).size() == 3);
            discovery = standbys -> {
                throw new AssertionError("planted");
            };
            awaitLooks(5);
            discovery = standbys -> List.of();
            awaitLooks(5);
            assertThat(names(routed)).hasSize(3);
            var looks = new AtomicInteger();
            discovery = standbys -> looks.getAndIncrement() % 2 == 0 ? all.subList(0, 2) : all;
            awaitLooks(10);
            discovery = standbys -> all;
            awaitLooks(2);
            assertThat(names(routed)).as("missing every other time").hasSize(3);
            assertThat(events).noneMatch(ClusterEvent.NodeRemoved.class::isInstance);
            discovery = standbys -> all.subList(0, 2);
            await("it is missing twice", () -> names(routed).equals(List.of("db-1", "db-2")));
        }
    }

    @Test
    void aSecondNameOfAServerIsLeftAlone() throws Exception {
        var found = new ArrayList<>(own.nodes());
        found.add(Node.of("twin", own.pools.pool("db-2"), own.node("db-2").dataSource()));
        found.add(Node.of("same", own.pools.pool("db-1"), own.node("db-1").dataSource()));
        try (RoutedDataSource routed = open(standbys -> found)) {
            await("all are there", () -> names(routed).size() == 5);
            await("one of two names serves", () -> {
                String node = read(routed, COUNT).node();
                return node.equals("db-2") || node.equals("twin");
            });
            await(
                    "the other does not, and says why",
                    () -> routed.topology()
                            .node("same")
                            .freshness()
                            .toString()
                            .contains("it is the same server as db-1; give each server one name"));
            for (int i = 0; i < 100; i++) {
                execute(routed, INSERT);
                assertThat(read(routed, COUNT).node()).isNotEqualTo("same");
            }
            assertThat(routed.topology().node("db-1").role()).isEqualTo(Role.PRIMARY);
            assertThat(routed.topology().epoch()).isOne();
        }
    }

    @Test
    void aPrimaryThatIsFoundNoMoreStays() throws Exception {
        List<Node> all = own.nodes();
        EmbeddedNode db2 = own.node("db-2");
        try (RoutedDataSource routed = open(standbys -> all)) {
            await("both are measured", () -> isMeasured(routed, "db-2") && isMeasured(routed, "db-3"));
            own.node("db-1").kill();
            db2.promote();
            await("it is followed", () -> routed.topology().node("db-2").role() == Role.PRIMARY);
            discovery = standbys -> List.of(all.get(0), all.get(2));
            awaitLooks(10);
            assertThat(names(routed)).contains("db-2");
            execute(routed, INSERT);
        }
    }

    @Test
    void addressesOfANameAreFound() throws Exception {
        var addresses = new CopyOnWriteArrayList<InetAddress>();
        var nodes = List.copyOf(own.nodes().subList(1, 2));
        Discovery byName = Discovery.byDns("localhost", address -> {
            addresses.add(address);
            return nodes.get(0);
        });
        try (RoutedDataSource routed = open(byName)) {
            await("it serves", () -> read(routed, COUNT).node().equals("db-2"));
            assertThat(addresses).allMatch(InetAddress::isLoopbackAddress);
            assertThat(names(routed)).containsExactly("db-1", "db-2");
        }
    }
}
