package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.RoutedPair.LENIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.ClusterEvent;
import io.dbops.DbOps;
import io.dbops.retry.Retries;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which meters there are, and for how long. */
@DbOpsCluster(replicas = 1)
class MetersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Pooled pools;

    MetersTest(EmbeddedCluster cluster) throws Exception {
        RoutedPair.createTable(cluster);
        pools = Pooled.over(cluster);
    }

    @AfterEach
    void close() {
        pools.close();
    }

    private RoutedDataSource open(String name) {
        return LENIENT.open(name, pools.nodes(), null, registry);
    }

    private List<Meter> of(String node) {
        return registry.getMeters().stream()
                .filter(meter -> node.equals(meter.getId().getTag("node")))
                .toList();
    }

    @Test
    void connectionsInUseAreSeen() throws Exception {
        try (RoutedDataSource routed = open("app")) {
            var inFlight = registry.get("dbops.routing.in.flight").tag("node", "db-1");
            try (Connection connection = routed.getConnection()) {
                connection.createStatement().execute("select 1");
                assertThat(inFlight.gauge().value()).isOne();
            }
            assertThat(inFlight.gauge().value()).isZero();
        }
    }

    @Test
    void metersOfANodeComeAndGoWithIt() throws Exception {
        try (RoutedDataSource routed = open("app")) {
            int each = of("db-2").size();
            assertThat(each).isPositive();
            routed.remove("db-2");
            assertThat(of("db-2")).isEmpty();
            assertThat(of("db-1")).hasSize(each);
            routed.add(pools.nodes().get(1));
            assertThat(of("db-2")).hasSize(each);
            await("it is the new node that is read", () -> {
                execute(routed, "select 1");
                return registry.get("dbops.routing.role")
                                .tag("node", "db-2")
                                .tag("role", "replica")
                                .gauge()
                                .value()
                        == 1;
            });
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aSecondRouterOfOneNameIsRefusedAndTheFirstKeepsItsMeters() {
        try (RoutedDataSource first = open("app")) {
            int before = registry.getMeters().size();
            assertThatThrownBy(() -> open("app"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("name (\"app\"): another open router of this name has its meters in the same registry;"
                            + " give each a name of its own");
            assertThat(registry.getMeters()).hasSize(before);
            try (RoutedDataSource other = open("other")) {
                assertThat(registry.getMeters()).hasSize(2 * before);
                assertThat(other.topology().epoch()).isEqualTo(first.topology().epoch());
            }
            assertThat(registry.getMeters()).hasSize(before);
        }
        assertThat(registry.getMeters()).isEmpty();
        open("app").close();
    }

    private DbOps openWithRetries(String name) {
        DbOps.Builder builder =
                DbOps.named(name).routing(LENIENT).retries(Retries.attempts(3)).metrics(registry);
        pools.nodes().forEach(builder::node);
        return builder.open();
    }

    private static void runUnits(DbOps db) throws SQLException {
        var runs = new AtomicInteger();
        db.transactions().named("adding").run(connection -> {
            if (runs.incrementAndGet() == 1) {
                throw new SQLException("planted", "40001");
            }
        });
    }

    private List<Meter> ofUnits(String db) {
        return registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("dbops.transactions"))
                .filter(meter -> db.equals(meter.getId().getTag("db")))
                .toList();
    }

    @Test
    void metersOfUnitsGoWithTheirOwnDatabase() throws Exception {
        try (DbOps first = openWithRetries("app")) {
            runUnits(first);
            int each = ofUnits("app").size();
            assertThat(each).as("committed, failed, retries").isEqualTo(3);
            DbOps other = openWithRetries("other");
            runUnits(other);
            assertThat(ofUnits("other")).hasSize(each);
            other.close();
            assertThat(ofUnits("other")).isEmpty();
            assertThat(ofUnits("app")).hasSize(each);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aUnitThatEndsAfterTheCloseLeavesNoMeterBehind() throws Exception {
        DbOps db = openWithRetries("app");
        assertThatThrownBy(() -> db.transactions().run(connection -> {
                    db.close();
                    throw new SQLException("planted", "22000");
                }))
                .isInstanceOf(SQLException.class);
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void aRehearsalIsNotCountedWhereThereIsNone() {
        try (RoutedDataSource routed = open("app")) {
            assertThat(routed.topology().nodes()).hasSize(2);
            assertThat(registry.find("dbops.routing.rehearsed").meters()).isEmpty();
            assertThat(registry.find("dbops.routing.units")
                            .tag("reason", "rehearsal")
                            .meters())
                    .isEmpty();
        }
    }

    /** A new kind of event is to be added to those that are counted. */
    @Test
    void eachKindOfEventIsCounted() {
        assertThat(List.<Class<?>>copyOf(Meters.EVENTS))
                .containsExactlyInAnyOrder(ClusterEvent.class.getPermittedSubclasses());
        assertThat(Meters.typeName(ClusterEvent.WritesMayBeLost.class)).isEqualTo("writes_may_be_lost");
    }
}
