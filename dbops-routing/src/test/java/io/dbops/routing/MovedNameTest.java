package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.countOn;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.isWritten;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.ClusterEvent;
import io.dbops.NoEligibleNodeException;
import io.dbops.Node;
import io.dbops.Session;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;

/** Names that lead to another server than before, or to several: a moved address, a load balancer, a reader endpoint. */
@Tag("cluster-heavy")
@Timeout(120)
class MovedNameTest {

    private final EmbeddedCluster cluster = EmbeddedCluster.start(2);
    private final EmbeddedNode db1 = cluster.node("db-1");
    private final EmbeddedNode db2 = cluster.node("db-2");
    private final EmbeddedNode db3 = cluster.node("db-3");
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();

    MovedNameTest() throws SQLException {
        RoutedPair.createTable(cluster);
    }

    @AfterEach
    void close() {
        pools.forEach(HikariDataSource::close);
        cluster.close();
    }

    /** A name, whose new connections lead to one server. */
    private static final class Name {
        private final AtomicReference<EmbeddedNode> leadsTo;

        Name(EmbeddedNode node) {
            leadsTo = new AtomicReference<>(node);
        }

        void move(EmbeddedNode node) {
            leadsTo.set(node);
        }

        DataSource dataSource() {
            return (DataSource) Proxy.newProxyInstance(
                    DataSource.class.getClassLoader(), new Class<?>[] {DataSource.class}, (self, method, args) -> {
                        EmbeddedNode node = leadsTo.get();
                        var target = new PGSimpleDataSource();
                        target.setUrl(node.url());
                        target.setUser(node.user());
                        target.setPassword(node.password());
                        target.setReadOnlyMode("always");
                        try {
                            return method.invoke(target, args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }

    private HikariDataSource pool(Name name) {
        HikariDataSource pool = Pooled.open("", "", "", config -> {
            config.setJdbcUrl(null);
            config.setUsername(null);
            config.setPassword(null);
            config.setDataSource(name.dataSource());
        });
        pools.add(pool);
        return pool;
    }

    private RoutedDataSource open(Node... nodes) {
        return LagAwareRouting.within(Duration.ofMinutes(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(10))
                .listener(events::add)
                .wrap(List.of(nodes));
    }

    private Node node(EmbeddedNode node) {
        return Node.of(node.name(), pool(new Name(node)), node.dataSource());
    }

    private boolean isToldOfSeveral(String node) {
        return events.contains(new ClusterEvent.SeveralServers(node));
    }

    @Test
    void rule06_aReplicasNameThatLeadsToAnotherServerThanTheObservedOneServesNothing() throws Exception {
        db3.pauseReplay();
        HikariDataSource elsewhere = pool(new Name(db3));
        try (RoutedDataSource routed = open(node(db1), Node.of("reader", elsewhere, db2.dataSource()))) {
            Session session = routed.session();
            execute(session.dataSource(), INSERT);
            await("the observed one has it", () -> countOn(db2) == 1);
            await("it is told", () -> {
                Queries.Answer answer = read(session.dataSource(), COUNT);
                assertThat(answer.value()).isOne();
                assertThat(answer.node()).isEqualTo("db-1");
                return isToldOfSeveral("reader");
            });
        }
    }

    @Test
    void rule06_aReplicasNameThatHasMovedServesFromWhereItLeadsNow() throws Exception {
        Name reader = new Name(db2);
        HikariDataSource pool = pool(reader);
        try (RoutedDataSource routed = open(node(db1), Node.of("reader", pool, reader.dataSource()))) {
            await("it serves", () -> read(routed, COUNT).node().equals("reader"));
            reader.move(db3);
            pool.getHikariPoolMXBean().softEvictConnections();
            await("the other serves", () -> {
                Queries.Answer answer = read(routed, "select inet_server_port()");
                return answer.node().equals("reader") && answer.value() == db3.port();
            });
            // Were it the other that is watched, this would never be seen there.
            db2.pauseReplay();
            execute(routed, INSERT);
            await("the other has it", () -> {
                Queries.Answer answer = read(routed, COUNT);
                assertThat(answer.value()).isOne();
                return answer.node().equals("reader");
            });
        }
    }

    @Test
    void rule06_nothingIsWrittenWhereThePrimarysNameLeadsToSeveralServers() throws Exception {
        Name primary = new Name(db1);
        HikariDataSource pool = pool(primary);
        try (RoutedDataSource routed = open(Node.of("primary", pool, db1.dataSource()), node(db3))) {
            execute(routed, INSERT);
            db2.promote();
            primary.move(db2);
            pool.getHikariPoolMXBean().softEvictConnections();
            assertThatThrownBy(() -> execute(routed, INSERT))
                    .isInstanceOf(NoEligibleNodeException.class)
                    .hasMessageContaining("leads to several servers");
            assertThat(isToldOfSeveral("primary")).isTrue();
            primary.move(db1);
            pool.getHikariPoolMXBean().softEvictConnections();
            await("it is written to again", () -> isWritten(routed));
            for (EmbeddedNode node : List.of(db1, db2)) {
                assertThat(countOn(node)).as(node.name()).isEqualTo(node == db1 ? 2 : 1);
            }
        }
    }

    @Test
    void rule06_aPrimarysNameThatHasMovedIsFollowedAndWhatMayBeLostIsTold() throws Exception {
        Name primary = new Name(db1);
        HikariDataSource pool = pool(primary);
        try (RoutedDataSource routed = open(Node.of("primary", pool, primary.dataSource()), node(db3))) {
            Session before = routed.session();
            execute(before.dataSource(), INSERT);
            // The old one lives, takes writes, and still answers the connection that watches it.
            db2.promote();
            db3.follow(db2);
            primary.move(db2);
            pool.getHikariPoolMXBean().softEvictConnections();
            Session after = routed.session();
            execute(after.dataSource(), INSERT);
            for (int i = 0; i < 100; i++) {
                assertThat(read(after.dataSource(), COUNT).value()).isEqualTo(2);
            }
            assertThat(countOn(db2)).isEqualTo(2);
            assertThat(before.mayHaveLostWrites()).isTrue();
            assertThat(after.mayHaveLostWrites()).isFalse();
        }
    }
}
