package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.Freshness;
import io.dbops.NoEligibleNodeException;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Session;
import io.dbops.dialect.Role;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How freshness is measured and compared, each rule on real servers in the state that once broke it. The numbers are
 * those of {@code docs/design.md}.
 */
@DbOpsCluster(
        replicas = 2,
        settings = {"synchronous_commit=off", "wal_writer_delay=10s"})
class FreshnessRulesTest {

    private static final Duration BOUND = Duration.ofSeconds(2);

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    FreshnessRulesTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @BeforeEach
    void createTable() throws Exception {
        execute(pools.pool("db-1"), "drop table if exists t");
        execute(pools.pool("db-1"), "create table t (n int)");
        flush();
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
        // From here on a replica that crashes goes back to here.
        for (EmbeddedNode replica : cluster.replicas()) {
            checkpoint(cluster.primary());
            cluster.awaitCaughtUp(Duration.ofSeconds(20));
            checkpoint(replica);
        }
    }

    private static void checkpoint(EmbeddedNode node) throws SQLException {
        try (Connection connection = node.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("checkpoint");
        }
    }

    /**
     * Servers of this class keep commits in memory for 10 s and more; a synchronous one brings them to the replicas. It
     * is one only if its transaction has logged something.
     */
    private void flush() throws Exception {
        execute(
                cluster.primary().dataSource(),
                "set synchronous_commit = local; select pg_logical_emit_message(true, 'flush', '')");
    }

    @AfterEach
    void restore() {
        pools.close();
        for (EmbeddedNode replica : cluster.replicas()) {
            if (!replica.isRunning()) {
                replica.start();
            }
            replica.delayReplay(Duration.ZERO);
            replica.resumeReplay();
        }
    }

    private RoutedDataSource open() {
        return open(LagAwareRouting.within(BOUND));
    }

    private RoutedDataSource open(LagAwareRouting routing) {
        return routing.wrap(pools.nodes());
    }

    private void pauseReplicas() {
        cluster.replicas().forEach(EmbeddedNode::pauseReplay);
    }

    @Test
    void rule01_commitsThatAreNotYetWrittenToTheLogFileCount() throws Exception {
        try (RoutedDataSource routed = open()) {
            execute(routed, "insert into t values (1)");
            long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() < deadline) {
                assertThat(read(routed, "select count(*) from t").value()).isEqualTo(1);
            }
        }
    }

    @Test
    void rule03_aReplicaBehindByLessThanTheBoundStaysEligibleUnderConstantWrites() throws Exception {
        cluster.node("db-2").delayReplay(Duration.ofMillis(400));
        cluster.node("db-3").pauseReplay();
        try (RoutedDataSource routed = open()) {
            DataSource bounded = routed.dataSource(Consistency.bounded(BOUND));
            long start = System.nanoTime();
            int served = 0;
            while (System.nanoTime() - start < BOUND.multipliedBy(3).toNanos()) {
                execute(cluster.primary().dataSource(), "set synchronous_commit = local; insert into t values (1)");
                String node = read(bounded, "select 1").node();
                if (System.nanoTime() - start > BOUND.multipliedBy(2).toNanos()) {
                    assertThat(node).isEqualTo("db-2");
                    served++;
                }
            }
            assertThat(served).isPositive();
        }
    }

    /** As Spring ends a read-only transaction, after a row mapper has looked at what columns there are. */
    @Test
    void rule09_aReadOnThePrimaryIsNoWriteThoughMoreMayBeAskedAboutItsRows() throws Exception {
        cluster.node("db-2").delayReplay(Duration.ofMillis(200));
        cluster.node("db-3").pauseReplay();
        try (RoutedDataSource routed = open()) {
            execute(routed, "insert into t values (1)");
            flush();
            assertThat(nodeOfATransaction(routed)).isEqualTo("db-1");
            await("a replica serves", () -> nodeOfATransaction(routed).equals("db-2"));
        }
    }

    private static String nodeOfATransaction(DataSource routed) throws SQLException {
        try (Connection connection = routed.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select n from t")) {
                assertThat(rows.getMetaData().getColumnCount()).isEqualTo(1);
            }
            String node = connection.unwrap(RoutingDecision.class).node();
            connection.commit();
            connection.setAutoCommit(true);
            connection.setReadOnly(false);
            return node;
        }
    }

    @Test
    void rule05_aConnectionYoungerThanTheLastLookServesNoFencedReadAfterACrashInPlace() throws Exception {
        servesNothingStaleAfter(FreshnessRulesTest::crashInPlace);
    }

    @Test
    void rule05_aConnectionYoungerThanTheLastLookServesNoFencedReadAfterARestart() throws Exception {
        servesNothingStaleAfter(replica -> {
            replica.kill();
            replica.start();
        });
    }

    @FunctionalInterface
    private interface Crash {
        void of(EmbeddedNode replica) throws Exception;
    }

    private void servesNothingStaleAfter(Crash crash) throws Exception {
        cluster.node("db-3").stop();
        try (RoutedDataSource routed = open(LagAwareRouting.within(Duration.ofMinutes(10)))) {
            Session session = routed.session();
            execute(session.dataSource(), "insert into t values (1)");
            flush();
            await(
                    "db-2 serves",
                    () -> read(session.dataSource(), "select count(*) from t")
                            .node()
                            .equals("db-2"));

            // While nobody looks, the server crashes, and opens for reads behind where it was.
            pools.watch("db-2").questions.shut();
            demandLook(routed, "db-2");
            pools.watch("db-2").questions.awaitHeld();
            cluster.node("db-2").delayReplay(Duration.ofHours(1));
            crash.of(cluster.node("db-2"));
            await("db-2 went back behind the write", () -> readDirectly("db-2", "select count(*) from t") == 0);
            assertThat(routed.topology().node("db-2").freshness()).isInstanceOf(Freshness.Known.class);

            int answered = 0;
            while (answered < 100) {
                try {
                    assertThat(read(session.dataSource(), "select count(*) from t")
                                    .value())
                            .isPositive();
                    answered++;
                } catch (SQLException e) {
                    // The pool gave a connection that the crash had ended.
                    assertThat(e.getSQLState()).startsWith("08");
                }
            }
        }
    }

    @Test
    void rule11_aReadDoesNotGoBackThoughItsServerCrashedInPlace() throws Exception {
        cluster.node("db-3").stop();
        EmbeddedNode replica = cluster.node("db-2");
        try (RoutedDataSource routed = open(LagAwareRouting.within(Duration.ofMinutes(10)))) {
            await("db-2 is measured", () -> read(routed, "select 1").node().equals("db-2"));
            DataSource monotonic = routed.session().dataSource(Consistency.monotonic());
            // Somebody else writes.
            execute(cluster.primary().dataSource(), "insert into t values (1)");
            flush();
            await("db-2 shows it", () -> readDirectly("db-2", "select count(*) from t") == 1);
            Queries.Answer before = read(monotonic, "select count(*) from t");
            assertThat(before.node()).isEqualTo("db-2");
            assertThat(before.value()).isOne();

            replica.delayReplay(Duration.ofHours(1));
            crashInPlace(replica);
            await("db-2 went back behind the read", () -> readDirectly("db-2", "select count(*) from t") == 0);
            DataSource loose = routed.session().dataSource(Consistency.bounded(Duration.ofMinutes(10)));
            await("and serves whoever does not mind", () -> readOrNothing(loose) == 0);
            for (int i = 0; i < 100; i++) {
                assertThat(read(monotonic, "select count(*) from t").value()).isOne();
            }
        }
    }

    private static int readOrNothing(DataSource dataSource) {
        try {
            return read(dataSource, "select count(*) from t").value();
        } catch (SQLException e) {
            return -1;
        }
    }

    /** One process dies, the others restart from the last restart point; the server's start does not change. */
    private static void crashInPlace(EmbeddedNode replica) throws SQLException {
        try (Connection victim = replica.connect()) {
            long pid = Queries.number(victim, "select pg_backend_pid()");
            assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
        }
    }

    private int readDirectly(String node, String sql) {
        try (Connection connection = cluster.node(node).connect()) {
            return Queries.number(connection, sql);
        } catch (SQLException e) {
            return -1;
        }
    }

    /** A write demands a sample, and the sample a look at the replicas. */
    private static void demandLook(RoutedDataSource routed, String node) throws Exception {
        execute(routed.session().dataSource(), "insert into t values (2)");
        assertThat(routed.topology().node(node).role()).isEqualTo(Role.REPLICA);
    }

    @Test
    void rule12_eachStatementInAutocommitModeIsATransactionOfItsOwn() throws Exception {
        try (RoutedDataSource routed = open()) {
            flush();
            await("a replica serves", () -> isReplica(read(routed, "select 1").node()));
            pauseReplicas();
            try (Connection connection = routed.getConnection()) {
                connection.setReadOnly(true);
                assertThat(Queries.number(connection, "select count(*) from t")).isZero();
                try (var prepared = connection.prepareStatement("select count(*) from t where n = ?")) {
                    prepared.setInt(1, 7);
                    execute(routed, "insert into t values (7)");
                    try (var row = prepared.executeQuery()) {
                        row.next();
                        assertThat(row.getInt(1)).isEqualTo(1);
                    }
                }
                assertThat(Queries.number(connection, "select count(*) from t")).isEqualTo(1);
            }
        }
    }

    @Test
    void rule12_aTransactionThatBeginsAfterAWriteSeesItOnTheSameConnection() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1").node()));
            pauseReplicas();
            try (Connection connection = routed.getConnection()) {
                connection.setReadOnly(true);
                connection.setAutoCommit(false);
                assertThat(Queries.number(connection, "select count(*) from t")).isZero();
                execute(routed, "insert into t values (7)");
                assertThat(Queries.number(connection, "select count(*) from t"))
                        .as("the transaction goes on where it began")
                        .isZero();
                connection.commit();
                assertThat(Queries.number(connection, "select count(*) from t")).isEqualTo(1);
            }
        }
    }

    @Test
    void rule14_stalenessIsMeasuredWithTheConnectionInHand() throws Exception {
        cluster.node("db-3").stop();
        try (RoutedDataSource routed = open()) {
            await("db-2 serves", () -> read(routed, "select 1").node().equals("db-2"));
            var held = new ArrayList<Connection>();
            for (int i = 0; i < pools.pool("db-2").getMaximumPoolSize(); i++) {
                held.add(pools.pool("db-2").getConnection());
            }
            // The newest measurement is good now. It is not when the queue ends, and nobody looks meanwhile.
            pools.watch("db-2").questions.shut();
            CompletableFuture<Queries.Answer> queued = CompletableFuture.supplyAsync(() -> {
                try {
                    return read(routed, "select 1");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await(
                    "the read waits for db-2",
                    () -> pools.pool("db-2").getHikariPoolMXBean().getThreadsAwaitingConnection() > 0);
            await(
                    "the bound has passed",
                    () -> routed.topology().node("db-2").freshness() instanceof Freshness.Known k
                            && k.staleness().compareTo(BOUND) > 0);
            for (Connection connection : held) {
                connection.close();
            }
            assertThat(queued.get().node()).isEqualTo("db-1");
        }
    }

    @Test
    void rule15_noReplicaServesBeyondItsBoundHoweverFewAreLeft() throws Exception {
        try (RoutedDataSource routed = open(LagAwareRouting.within(BOUND).sparingPrimary())) {
            await("a replica serves", () -> {
                try {
                    return isReplica(read(routed, "select 1").node());
                } catch (NoEligibleNodeException e) {
                    return false;
                }
            });
            pauseReplicas();
            execute(cluster.primary().dataSource(), "set synchronous_commit = local; insert into t values (1)");
            await(
                    "both are too far behind",
                    () -> cluster.replicas().stream()
                            .allMatch(replica ->
                                    routed.topology().node(replica.name()).freshness() instanceof Freshness.Known k
                                            && k.staleness().compareTo(BOUND) > 0));
            DataSource bounded = routed.dataSource(Consistency.bounded(BOUND));
            assertThatThrownBy(() -> read(bounded, "select 1"))
                    .isInstanceOf(NoEligibleNodeException.class)
                    .hasMessageContaining("db-1: primary")
                    .hasMessageMatching(".*db-2: behind by at most \\d+ m?s.*")
                    .hasMessageMatching(".*db-3: behind by at most \\d+ m?s.*");
            assertThat(read(routed.dataSource(Consistency.eventual()), "select 1")
                            .decision()
                            .reason())
                    .as("a read that asks for nothing is served all the same")
                    .isEqualTo(Reason.ANY_REPLICA);
            assertThat(read(routed.dataSource(Consistency.strong()), "select 1").node())
                    .isEqualTo("db-1");
        }
    }

    @Test
    void rule17_aReadRightAfterAWriteIsServedByThePrimaryAndLaterByAReplica() throws Exception {
        try (RoutedDataSource routed = open()) {
            pauseReplicas();
            execute(routed, "insert into t values (1)");
            Queries.Answer first = read(routed, "select count(*) from t");
            assertThat(first.value()).isEqualTo(1);
            assertThat(first.decision().reason()).isEqualTo(Reason.OWN_WRITE_NOT_REPLICATED);
            cluster.replicas().forEach(EmbeddedNode::resumeReplay);
            await("a replica has caught up", () -> {
                // Again and again, for a read on the primary leaves hint bits in the log, which no commit writes out.
                flush();
                Queries.Answer later = read(routed, "select count(*) from t");
                assertThat(later.value()).isEqualTo(1);
                return isReplica(later.node());
            });
        }
    }

    @Test
    void rule17_aReadMayWaitForAReplica() throws Exception {
        try (RoutedDataSource routed = open(LagAwareRouting.within(BOUND).waitingForReplica(Duration.ofSeconds(20)))) {
            execute(routed, "insert into t values (1)");
            flush();
            Queries.Answer answer = read(routed, "select count(*) from t");
            assertThat(answer.value()).isEqualTo(1);
            assertThat(isReplica(answer.node())).isTrue();
        }
    }

    @Test
    void rule18_withoutASessionTheWritesOfOneThreadAreSeenByAllOthers() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1").node()));
            Session other = routed.session();
            pauseReplicas();
            Thread writer = new Thread(() -> {
                try {
                    execute(routed, "insert into t values (1)");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            writer.start();
            writer.join();
            assertThat(read(routed, "select count(*) from t").value()).isEqualTo(1);
            assertThat(routed.unscopedReads()).isEqualTo(1);
            Queries.Answer ofOther = other.call(() -> read(routed, "select 1"));
            assertThat(isReplica(ofOther.node()))
                    .as("a session that wrote nothing stays on the replicas")
                    .isTrue();
        }
    }

    @Test
    void rule18_aConnectionBelongsToTheSessionItWasTakenUnder() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1").node()));
            pauseReplicas();
            Session session = routed.session();
            Connection taken = session.call(routed::getConnection);
            try (taken;
                    var statement = taken.createStatement()) {
                statement.executeUpdate("insert into t values (1)");
            }
            assertThat(read(session.dataSource(), "select count(*) from t").value())
                    .isEqualTo(1);
            assertThat(isReplica(read(routed, "select 1").node())).isTrue();
        }
    }

    @Test
    void theInstantOfASampleIsTakenBeforeTheQuestionIsSent() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1").node()));
            Session session = routed.session();
            pauseReplicas();
            // The primary has answered, but the answer is still on its way when a commit is acknowledged.
            pools.watch("db-1").answers.shut();
            pools.watch("db-1").answers.awaitHeld();
            execute(session.dataSource(), "insert into t values (1)");
            pools.watch("db-1").answers.open();
            long deadline = System.nanoTime() + Duration.ofSeconds(1).toNanos();
            while (System.nanoTime() < deadline) {
                assertThat(read(session.dataSource(), "select count(*) from t").value())
                        .isEqualTo(1);
            }
        }
    }

    private boolean isReplica(String node) {
        return !node.equals(cluster.primary().name());
    }
}
