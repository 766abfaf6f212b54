package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.Node;
import io.dbops.RoutingDecision;
import io.dbops.dialect.Role;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that are added, removed and drained while the router is used. */
@Tag("cluster-heavy")
@Timeout(120)
class TopologyChangeTest {

    private final OwnCluster own = OwnCluster.start(2);
    private final RoutedDataSource routed = LagAwareRouting.within(Duration.ofSeconds(2))
            .answeringWithin(Duration.ofMillis(500))
            .abandoningAfter(Duration.ofSeconds(2))
            .waitingForPrimary(Duration.ofSeconds(20))
            .wrap(own.nodes().subList(0, 2));

    TopologyChangeTest() throws SQLException {}

    @AfterEach
    void close() {
        routed.close();
        own.close();
    }

    private Node third() {
        return own.nodes().get(2);
    }

    @Test
    void aNodeThatIsAddedServesAndOneThatIsRemovedDoesNot() throws Exception {
        assertThat(routed.topology().nodes()).hasSize(2);
        routed.add(third());
        await("db-3 serves", () -> read(routed, COUNT).node().equals("db-3"));
        assertThatThrownBy(() -> routed.add(third()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node (db-3): is there already; give each server a name of its own");
        routed.remove("db-3");
        assertThat(routed.topology().nodes()).hasSize(2);
        for (int i = 0; i < 50; i++) {
            assertThat(read(routed, COUNT).node()).isNotEqualTo("db-3");
        }
        assertThat(own.pools.pool("db-3").isClosed()).as("it is the caller's").isFalse();
        assertThatThrownBy(() -> routed.remove("db-3"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node (db-3): must be one of db-1, db-2");
        routed.add(third());
        await("db-3 serves again", () -> read(routed, COUNT).node().equals("db-3"));
    }

    @Test
    void aPrimaryThatIsRemovedAndAddedAgainIsWrittenTo() throws Exception {
        execute(routed, INSERT);
        routed.remove("db-1");
        assertThat(routed.topology().primary()).isEmpty();
        routed.add(own.nodes().get(0));
        execute(routed, INSERT);
        assertThat(read(routed.dataSource(Consistency.strong()), COUNT).value()).isEqualTo(2);
    }

    @Test
    void whatRunsOnARemovedNodeIsWaitedFor() throws Exception {
        routed.add(third());
        await("db-3 serves", () -> read(routed, COUNT).node().equals("db-3"));
        routed.drain("db-2");
        CompletableFuture<Void> removed;
        try (Connection connection = routed.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            number(connection, COUNT);
            assertThat(connection.unwrap(RoutingDecision.class).node()).isEqualTo("db-3");
            removed = CompletableFuture.runAsync(() -> routed.remove("db-3"));
            await(
                    "it is not part of it any more",
                    () -> routed.topology().nodes().size() == 2);
            assertThat(number(connection, COUNT)).isZero();
            assertThat(removed).isNotDone();
            connection.commit();
        }
        removed.get(20, TimeUnit.SECONDS);
    }

    @Test
    void nothingBeginsOnADrainedReplica() throws Exception {
        try (Connection held = routed.getConnection()) {
            held.setReadOnly(true);
            await("on db-2", () -> {
                number(held, COUNT);
                return held.unwrap(RoutingDecision.class).node().equals("db-2");
            });
            routed.drain("db-2");
            number(held, COUNT);
            assertThat(held.unwrap(RoutingDecision.class).node()).isEqualTo("db-1");
        }
        var eventual = routed.dataSource(Consistency.eventual());
        assertThat(read(eventual, COUNT).node()).isEqualTo("db-1");
        routed.undrain("db-2");
        await("db-2 serves", () -> read(routed, COUNT).node().equals("db-2"));
        assertThatThrownBy(() -> routed.drain("db-9"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("node (db-9): must be one of db-1, db-2");
    }

    @Test
    void aPlannedSwitchoverIsAWaitAndNoError() throws Exception {
        EmbeddedNode db1 = own.node("db-1");
        EmbeddedNode db2 = own.node("db-2");
        var stop = new AtomicBoolean();
        List<CompletableFuture<Integer>> writers = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(() -> writes(stop, i)))
                .toList();
        routed.drain("db-1");
        await(
                "its units have ended",
                () -> own.pools.pool("db-1").getHikariPoolMXBean().getActiveConnections() == 0);
        db1.stop();
        db2.promote();
        db1.follow(db2);
        await("db-2 is the primary", () -> routed.topology().node("db-2").role() == Role.PRIMARY);
        routed.undrain("db-1");
        await(
                "db-1 serves reads",
                () -> read(routed.session().dataSource(), COUNT).node().equals("db-1"));
        stop.set(true);
        int written = 0;
        for (CompletableFuture<Integer> writer : writers) {
            written += writer.get(20, TimeUnit.SECONDS);
        }
        assertThat(read(routed.dataSource(Consistency.strong()), COUNT).value()).isEqualTo(written);
    }

    /** Any error ends it. */
    private int writes(AtomicBoolean stop, int writer) {
        int written = 0;
        var transactions = Transactions.over(routed);
        while (!stop.get()) {
            int id = written * 4 + writer;
            try {
                transactions.run(connection -> {
                    try (var insert = connection.prepareStatement("insert into t values (?)")) {
                        insert.setInt(1, id);
                        insert.executeUpdate();
                    }
                });
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            written++;
        }
        return written;
    }
}
