package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.ClusterEvent;
import io.dbops.Consistency;
import io.dbops.dialect.Role;
import io.dbops.test.EmbeddedNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One line, one event and one count for each change of real servers, and for its recovery. */
@Tag("cluster-heavy")
@Timeout(120)
class EventsTest {

    private final OwnCluster own = OwnCluster.start(2);
    private final EmbeddedNode db1 = own.node("db-1");
    private final EmbeddedNode db2 = own.node("db-2");
    private final EventLines lines = new EventLines();
    private final List<ClusterEvent> heard = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    EventsTest() throws SQLException {}

    @AfterEach
    void close() {
        own.close();
        lines.close();
    }

    private RoutedDataSource open(Consumer<ClusterEvent> listener) {
        return LagAwareRouting.within(Duration.ofSeconds(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(20))
                .listener(listener)
                .open("app", own.nodes(), null, registry);
    }

    private double count(String type) {
        return registry.get("dbops.routing.events")
                .tag("type", type)
                .functionCounter()
                .count();
    }

    private long heard(Class<? extends ClusterEvent> type) {
        return heard.stream().filter(type::isInstance).count();
    }

    @Test
    void aNodeThatIsLostAndComesBackIsTwoLines() throws Exception {
        try (RoutedDataSource routed = open(heard::add)) {
            db2.stop();
            await("it is lost", () -> count("node_lost") == 1);
            // As long as several attempts to reach it take.
            for (int i = 0; i < 5; i++) {
                long before = routed.topology().node("db-3").units();
                await("time passes", () -> {
                    Queries.read(routed.dataSource(Consistency.eventual()), "select 1");
                    return routed.topology().node("db-3").units() > before + 200;
                });
            }
            assertThat(lines.with("db-2")).hasSize(1).first().asString().startsWith("WARN Node db-2 cannot be watched");
            db2.start();
            await("it is back", () -> count("node_back") == 1);
            assertThat(lines.with("db-2")).hasSize(2).endsWith("INFO Node db-2 is watched again");
            assertThat(heard(ClusterEvent.NodeLost.class)).isOne();
            assertThat(heard(ClusterEvent.NodeBack.class)).isOne();
        }
    }

    @Test
    void aPrimaryThatIsLostAndFollowedIsTold() throws Exception {
        try (RoutedDataSource routed = open(heard::add)) {
            execute(routed, "insert into t values (1)");
            db1.kill();
            db2.promote();
            await("it is followed", () -> routed.topology().node("db-2").role() == Role.PRIMARY);
            await("it is told", () -> count("primary_followed") == 2);
            assertThat(lines.with("is the primary of epoch"))
                    .containsExactly(
                            "INFO Node db-1 is the primary of epoch 1", "INFO Node db-2 is the primary of epoch 2");
            assertThat(lines.with("may lack commits")).hasSize(1);
            assertThat(registry.get("dbops.routing.epoch").gauge().value()).isEqualTo(2);
            assertThat(role("db-2", "primary")).isOne();
            assertThat(role("db-2", "replica")).isZero();
            assertThat(role("db-1", "unknown")).isOne();
        }
    }

    private double role(String node, String role) {
        return registry.get("dbops.routing.role")
                .tag("node", node)
                .tag("role", role)
                .gauge()
                .value();
    }

    @Test
    void aContestIsOneLineAndItsEndAnother() throws Exception {
        try (RoutedDataSource routed = open(heard::add)) {
            db2.promote();
            await("both are seen", () -> count("contested") == 1);
            assertThat(lines.with("both take writes")).hasSize(1);
            assertThat(routed.topology().format()).contains("epoch 1, no primary: db-2 takes writes, but db-1");
            db2.stop();
            await("it is over", () -> routed.topology().primary().isPresent());
            await("it is told", () -> count("primary_followed") == 2);
            assertThat(lines.with("primary of epoch")).hasSize(2);
            assertThat(lines.with("both take writes")).hasSize(1);
        }
    }

    /** It asks the router about everything, and another thread changes the router, while it has not returned. */
    @Test
    void aListenerIsCalledWithoutLocks() throws Exception {
        var gate = new Gate();
        try (RoutedDataSource routed = open(event -> {
            if (event instanceof ClusterEvent.NodeLost) {
                gate.pass();
            }
            heard.add(event);
        })) {
            gate.shut();
            db2.stop();
            gate.awaitHeld();
            CompletableFuture.runAsync(() -> {
                        routed.drain("db-3");
                        routed.undrain("db-3");
                        routed.remove("db-3");
                        routed.add(own.nodes().get(2));
                    })
                    .get(20, TimeUnit.SECONDS);
            execute(routed, "insert into t values (1)");
            await("it is watched on", () -> routed.topology().node("db-3").role() == Role.REPLICA);
            gate.open();
            await("the rest is heard", () -> heard(ClusterEvent.NodeAdded.class) == 1);
            assertThat(heard.stream().map(ClusterEvent::getClass).map(Class::getSimpleName))
                    .containsSubsequence("NodeLost", "NodeDrained", "NodeUndrained", "NodeRemoved", "NodeAdded");
        }
    }

    @Test
    void aListenerThatThrowsHearsTheNextEventAndHarmsNothing() throws Exception {
        try (RoutedDataSource routed = open(event -> {
            heard.add(event);
            throw new IllegalStateException("planted");
        })) {
            db2.stop();
            await("it is lost", () -> heard(ClusterEvent.NodeLost.class) == 1);
            db2.start();
            await("it is back", () -> heard(ClusterEvent.NodeBack.class) == 1);
            await("and watched", () -> routed.topology().node("db-2").role() == Role.REPLICA);
        }
    }
}
