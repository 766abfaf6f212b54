package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.ClusterEvent;
import io.dbops.Consistency;
import io.dbops.Freshness;
import io.dbops.NoEligibleNodeException;
import io.dbops.Node;
import io.dbops.PrimaryChangedException;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Session;
import io.dbops.dialect.Role;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What becomes of units of work, sessions and reads while real servers change roles. Pools go to the servers directly,
 * the watch through a proxy, so that it can be cut off alone.
 */
@Tag("cluster-heavy")
@Timeout(120)
class FailoverTest {

    private final EmbeddedCluster cluster =
            EmbeddedCluster.builder().replicas(2).proxied().start();
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();
    private final RoutedDataSource routed;
    private final EmbeddedNode db1 = cluster.node("db-1");
    private final EmbeddedNode db2 = cluster.node("db-2");
    private final EmbeddedNode db3 = cluster.node("db-3");

    FailoverTest() throws Exception {
        execute(db1.dataSource(), "create table t (id int primary key)");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        var nodes = new ArrayList<Node>();
        for (EmbeddedNode node : cluster.nodes()) {
            HikariDataSource pool = Pooled.open(direct(node), node.user(), node.password(), config -> {});
            pools.add(pool);
            nodes.add(Node.of(node.name(), pool, node.dataSource()));
        }
        routed = routing().wrap(nodes);
    }

    private LagAwareRouting routing() {
        return LagAwareRouting.within(Duration.ofSeconds(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(20))
                .abandoningAfter(Duration.ofSeconds(2))
                .servingUpTo(Duration.ofSeconds(60))
                .listener(events::add);
    }

    /** Past the proxy. */
    private static String direct(EmbeddedNode node) throws SQLException {
        try (Connection connection = node.connectAsSuperuser()) {
            return connection.getMetaData().getURL().replaceFirst("\\?.*", "");
        }
    }

    @AfterEach
    void close() {
        routed.close();
        pools.forEach(HikariDataSource::close);
        cluster.close();
    }

    private void failOver() {
        db1.kill();
        db2.promote();
        db3.follow(db2);
    }

    private Role role(String node) {
        return routed.topology().node(node).role();
    }

    @Test
    void aUnitThatBeginsWhileThereIsNoPrimaryWaitsForTheNext() throws Exception {
        execute(routed, INSERT);
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        db1.kill();
        await("the watch has seen it", () -> role("db-1") == Role.UNKNOWN);
        CompletableFuture<String> written = CompletableFuture.supplyAsync(() -> {
            try (Connection connection = routed.getConnection()) {
                connection.createStatement().execute(INSERT);
                return connection.unwrap(RoutingDecision.class).node();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        db2.promote();
        db3.follow(db2);
        assertThat(written.get(20, TimeUnit.SECONDS)).isEqualTo("db-2");
        assertThat(routed.topology().epoch()).isEqualTo(2);
        assertThat(routed.topology().primary())
                .hasValueSatisfying(primary -> assertThat(primary.name()).isEqualTo("db-2"));
        await(
                "reads go to the replica that follows",
                () -> read(routed, COUNT).node().equals("db-3"));
        assertThat(read(routed, COUNT).value()).isEqualTo(2);
    }

    @Test
    void rule20_aDeposedPrimaryThatReturnsIsNeverWrittenTo() throws Exception {
        execute(routed, INSERT);
        failOver();
        await("the new primary is followed", () -> role("db-2") == Role.PRIMARY);
        db1.start();
        await(
                "the old one is left alone",
                () -> events.stream()
                        .anyMatch(event -> event instanceof ClusterEvent.WritableIgnored ignored
                                && ignored.node().equals("db-1")));
        for (int i = 0; i < 50; i++) {
            execute(routed, INSERT);
            assertThat(read(routed, COUNT).node()).isNotEqualTo("db-1");
        }
        assertThat(role("db-1")).isEqualTo(Role.UNKNOWN);
        try (Connection old = db1.connect()) {
            assertThat(number(old, COUNT)).isOne();
        }
    }

    @Test
    void rule20_whileTwoServersTakeWritesNothingIsWritten() throws Exception {
        execute(routed, INSERT);
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        db2.promote();
        await("both are seen", () -> routed.topology().primary().isEmpty());
        assertThat(routed.topology().whyNoPrimary())
                .contains("db-2 takes writes, but db-1 is not known to have stopped");
        try (RoutedDataSource impatient = routing()
                .waitingForPrimary(Duration.ZERO)
                .openingWithoutPrimary()
                .wrap(List.of(node("db-3", 2)))) {
            assertThatThrownBy(() -> execute(impatient, INSERT))
                    .isInstanceOf(NoEligibleNodeException.class)
                    .hasMessageContaining("no primary is known");
        }
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
            try {
                execute(routed, INSERT);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        db1.kill();
        waiting.get(20, TimeUnit.SECONDS);
        try (Connection connection = db2.connect()) {
            assertThat(number(connection, COUNT)).isEqualTo(2);
        }
        assertThat(events).anyMatch(ClusterEvent.Contested.class::isInstance);
    }

    private Node node(String name, int index) {
        return Node.of(name, pools.get(index), cluster.node(name).dataSource());
    }

    @Test
    void rule07_aCommitOnAnOldEpochIsRefused() throws Exception {
        try (Connection connection = routed.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute(INSERT);
            // The server lives, and takes writes; but the watch does not reach it any more.
            db1.network().refuse();
            db2.promote();
            await("the other is followed", () -> role("db-2") == Role.PRIMARY);
            assertThatThrownBy(connection::commit)
                    .isInstanceOf(PrimaryChangedException.class)
                    .hasMessageContaining("began on node \"db-1\" in epoch 1")
                    .extracting(e -> ((SQLException) e).getSQLState())
                    .isEqualTo("40001");
            connection.rollback();
            connection.createStatement().execute(INSERT);
            assertThat(connection.unwrap(RoutingDecision.class).node()).isEqualTo("db-2");
            connection.commit();
        }
        try (Connection zombie = DriverManager.getConnection(direct(db1), db1.user(), db1.password())) {
            await("the server has rolled it back", () -> number(zombie, COUNT) == 0);
        }
        assertThat(pools.get(0).getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    @Test
    void rule07_autocommitWritesOnAHeldConnectionGoToTheNewPrimary() throws Exception {
        try (Connection connection = routed.getConnection()) {
            connection.createStatement().execute(INSERT);
            db1.network().refuse();
            db2.promote();
            await("the other is followed", () -> role("db-2") == Role.PRIMARY);
            connection.createStatement().execute(INSERT);
            assertThat(connection.unwrap(RoutingDecision.class).node()).isEqualTo("db-2");
        }
    }

    @Test
    void rule07_connectionsInUseOnADeposedPrimaryAreEndedAfterTheGrace() throws Exception {
        try (Connection connection = routed.getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute(INSERT);
            CompletableFuture<String> stuck = CompletableFuture.supplyAsync(() -> {
                try {
                    connection.createStatement().execute("select pg_sleep(60)");
                    return "nothing";
                } catch (SQLException e) {
                    return String.valueOf(e.getSQLState());
                }
            });
            db1.network().refuse();
            db2.promote();
            await("the other is followed", () -> role("db-2") == Role.PRIMARY);
            assertThat(stuck.get(20, TimeUnit.SECONDS)).startsWith("08");
        }
    }

    @Test
    void rule08_aWriteOnAConnectionThatWasGivenUpHasAnOpenOutcome() throws Exception {
        Session session = routed.session();
        CompletableFuture<String> stuck = CompletableFuture.supplyAsync(() -> {
            try {
                execute(session.dataSource(), "insert into t select 1 from pg_sleep(15)");
                return "nothing";
            } catch (SQLException e) {
                return String.valueOf(e.getSQLState());
            }
        });
        await("it runs", () -> {
            try (Connection superuser = db1.connectAsSuperuser()) {
                return number(superuser, "select count(*) from pg_stat_activity where query like '%pg_sleep(15)'") == 1;
            }
        });
        // The watch alone is cut off: the server lives, and commits in the end.
        db1.network().drop();
        assertThat(stuck.get(11, TimeUnit.SECONDS)).startsWith("08");
        db1.network().heal();
        long healedAt = System.nanoTime();
        await(
                "the replicas have been measured since",
                () -> isFreshSince("db-2", healedAt) && isFreshSince("db-3", healedAt));
        db2.pauseReplay();
        db3.pauseReplay();
        await("it has committed, and the session sees it", () -> {
            boolean there;
            try (Connection superuser = db1.connectAsSuperuser()) {
                there = number(superuser, COUNT) == 1;
            }
            assertThat(read(session.dataSource(), COUNT).value()).isGreaterThanOrEqualTo(there ? 1 : 0);
            return there;
        });
    }

    private boolean isFreshSince(String node, long instant) {
        return routed.topology().node(node).freshness() instanceof Freshness.Known known
                && known.staleness().toNanos() < System.nanoTime() - instant;
    }

    @Test
    void closingEndsTheWaitForAPrimary() throws Exception {
        db1.kill();
        await("the watch has seen it", () -> role("db-1") == Role.UNKNOWN);
        RoutedDataSource patient = routing()
                .waitingForPrimary(Duration.ofMinutes(5))
                .openingWithoutPrimary()
                .wrap(List.of(node("db-2", 1), node("db-3", 2)));
        CompletableFuture<String> writing = CompletableFuture.supplyAsync(() -> {
            try {
                execute(patient, INSERT);
                return "written";
            } catch (SQLException e) {
                return String.valueOf(e.getMessage());
            }
        });
        assertThatThrownBy(() -> writing.get(500, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        patient.close();
        assertThat(writing.get(5, TimeUnit.SECONDS)).isEqualTo("the router is closed");
    }

    @Test
    void rule12_aTransactionThatBeginsAfterAFailoverSeesWhatWasWrittenThere() throws Exception {
        Session session = routed.session();
        execute(session.dataSource(), INSERT);
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        await(
                "a replica serves",
                () -> !read(session.dataSource(), COUNT).node().equals("db-1"));
        try (Connection connection = session.dataSource().getConnection()) {
            connection.setReadOnly(true);
            assertThat(number(connection, COUNT)).isOne();
            // This one keeps its timeline: it follows nobody, and never shows what the next primary writes.
            db1.kill();
            db2.promote();
            await("it is written to the next", () -> isWritten(session));
            for (int i = 0; i < 100; i++) {
                assertThat(number(connection, COUNT)).isEqualTo(2);
                assertThat(connection.unwrap(RoutingDecision.class).node()).isEqualTo("db-2");
            }
            db3.follow(db2);
            await("the one that follows serves", () -> {
                Queries.Answer answer = read(session.dataSource(), COUNT);
                assertThat(answer.value()).isEqualTo(2);
                return answer.node().equals("db-3");
            });
        }
    }

    private static boolean isWritten(Session session) {
        try {
            execute(session.dataSource(), INSERT);
            return true;
        } catch (SQLException e) {
            // The pool gave a connection of the time before.
            assertThat(e.getSQLState()).startsWith("08");
            return false;
        }
    }

    @Test
    void connectionsInUseOnAServerThatDoesNotAnswerAreEndedAfterTheGrace() throws Exception {
        try (Connection connection = routed.getConnection()) {
            connection.setReadOnly(true);
            await("a replica serves", () -> {
                number(connection, COUNT);
                return !connection.unwrap(RoutingDecision.class).node().equals("db-1");
            });
            EmbeddedNode serving =
                    cluster.node(connection.unwrap(RoutingDecision.class).node());
            serving.freeze();
            try {
                CompletableFuture<String> stuck = CompletableFuture.supplyAsync(() -> {
                    try {
                        connection.setAutoCommit(false);
                        number(connection, COUNT);
                        return "nothing";
                    } catch (SQLException e) {
                        return String.valueOf(e.getSQLState());
                    }
                });
                // Or it was not stuck, because the watch was the first to see it.
                assertThat(stuck.get(30, TimeUnit.SECONDS)).matches("08...|nothing");
            } finally {
                serving.thaw();
            }
        }
    }

    @Test
    void rule16_readsWithABoundAreServedWhileThereIsNoPrimary() throws Exception {
        Session wrote = routed.session();
        execute(wrote.dataSource(), INSERT);
        await("a replica has it", () -> !read(wrote.dataSource(), COUNT).node().equals("db-1"));
        db2.pauseReplay();
        db3.pauseReplay();
        Session writesUnseen = routed.session();
        execute(writesUnseen.dataSource(), INSERT);
        db1.kill();
        await("the watch has seen it", () -> role("db-1") == Role.UNKNOWN);
        var bounded = routed.dataSource(Consistency.bounded(Duration.ofSeconds(1)));
        await("the bound is exceeded", () -> read(bounded, COUNT).decision().reason() == Reason.PRIMARY_UNREACHABLE);
        assertThat(read(bounded, COUNT).value()).isOne();
        assertThat(read(wrote.dataSource(), COUNT).decision().reason()).isEqualTo(Reason.PRIMARY_UNREACHABLE);
        CompletableFuture<Queries.Answer> own = CompletableFuture.supplyAsync(() -> {
            try {
                return read(writesUnseen.dataSource(), COUNT);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> own.get(2, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        db1.start();
        assertThat(own.get(20, TimeUnit.SECONDS).value()).isEqualTo(2);
    }

    @Test
    void rule21_sessionsWhoseWritesMayBeLostAreTold() throws Exception {
        Session kept = routed.session();
        execute(kept.dataSource(), INSERT);
        await("db-2 has it", () -> {
            try (Connection connection = db2.connect()) {
                return number(connection, COUNT) == 1;
            }
        });
        await("and is known to", () -> read(kept.dataSource(), COUNT).node().equals("db-2"));
        // Standbys stream through the proxy, as the watch does.
        db1.network().drop();
        Session lost = routed.session();
        execute(lost.dataSource(), INSERT);
        Session silent = routed.session();
        db1.kill();
        db2.promote();
        await("the new primary is followed", () -> role("db-2") == Role.PRIMARY);
        assertThat(kept.mayHaveLostWrites()).isFalse();
        assertThat(lost.mayHaveLostWrites()).isTrue();
        assertThat(silent.mayHaveLostWrites()).isFalse();
        execute(lost.dataSource(), INSERT);
        execute(kept.dataSource(), INSERT);
        assertThat(lost.mayHaveLostWrites()).as("it stays so").isTrue();
        assertThat(kept.mayHaveLostWrites()).isFalse();
        assertThat(events).anyMatch(ClusterEvent.WritesMayBeLost.class::isInstance);
    }

    @Test
    void aPlannedSwitchoverIsFollowedAtOnce() throws Exception {
        execute(routed, INSERT);
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        db1.stop();
        db2.promote();
        db1.follow(db2);
        db3.follow(db2);
        await("it is written to the next", this::writes);
        await("all are there again", () -> role("db-1") == Role.REPLICA && role("db-3") == Role.REPLICA);
        await("the old primary serves reads", () -> read(routed, COUNT).node().equals("db-1"));
        assertThat(read(routed, COUNT).value()).isEqualTo(2);
    }

    /** A pooled connection may be the first to find out that its server was stopped: nobody was told before. */
    private boolean writes() throws SQLException {
        try {
            execute(routed, INSERT);
            return true;
        } catch (SQLException e) {
            if (!"57P01".equals(e.getSQLState())) {
                throw e;
            }
            return false;
        }
    }
}
