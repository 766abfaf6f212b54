package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.LENIENT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.dbops.Freshness;
import io.dbops.Node;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postgresql.PGConnection;

/** Reads get back to the replicas, and none waits for a replica that cannot come. */
@DbOpsCluster(replicas = 1)
class OffloadTest {

    private static final Duration BOUND = Duration.ofSeconds(2);

    private final EmbeddedCluster cluster;

    OffloadTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    // ---- no read keeps its session on the primary ----------------------------------------------------------------

    @FunctionalInterface
    private interface Unit {
        void on(Connection connection) throws SQLException;
    }

    private record Way(String name, Consumer<HikariConfig> pool, Unit unit) {
        Way(String name, Unit unit) {
            this(name, config -> {}, unit);
        }
    }

    private static void readInTransaction(Connection connection) throws SQLException {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        number(connection, COUNT);
        connection.commit();
    }

    @TestFactory
    Stream<DynamicTest> readsThatFollowEachOtherCloselyGetBackToTheReplicaAfterAWrite() {
        return Stream.of(
                        new Way("in transactions", OffloadTest::readInTransaction),
                        new Way("with SET LOCAL", c -> {
                            c.setReadOnly(true);
                            c.setAutoCommit(false);
                            try (Statement statement = c.createStatement()) {
                                statement.execute("set local statement_timeout = 1000");
                            }
                            readInTransaction(c);
                        }),
                        new Way("isWrapperFor before read-only", c -> {
                            assertThat(c.isWrapperFor(PGConnection.class)).isTrue();
                            readInTransaction(c);
                        }),
                        new Way("metadata before read-only", c -> {
                            assertThat(c.getMetaData().getURL()).isNotEmpty();
                            readInTransaction(c);
                        }),
                        new Way("unwrapped", c -> {
                            c.setReadOnly(true);
                            assertThat(c.unwrap(PGConnection.class).getBackendPID())
                                    .isPositive();
                            number(c, COUNT);
                        }),
                        new Way(
                                "in transactions, with the driver's default readOnlyMode",
                                config -> config.addDataSourceProperty("readOnlyMode", "transaction"),
                                OffloadTest::readInTransaction))
                .map(way -> DynamicTest.dynamicTest(way.name, () -> getsBackToTheReplica(way)));
    }

    private void getsBackToTheReplica(Way way) throws Exception {
        var stop = new AtomicBoolean();
        var onPrimary = new AtomicInteger();
        var onReplica = new AtomicInteger();
        try (RoutedPair pair = RoutedPair.over(cluster, LENIENT, way.pool)) {
            Runnable loop = () -> {
                while (!stop.get()) {
                    try (Connection connection = pair.routed.getConnection()) {
                        way.unit.on(connection);
                        (node(connection).equals("db-2") ? onReplica : onPrimary).incrementAndGet();
                    } catch (SQLException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
            var loops = List.of(CompletableFuture.runAsync(loop), CompletableFuture.runAsync(loop));
            try {
                pair.replica.pauseReplay();
                execute(pair.routed, "insert into t values (1)");
                int before = onPrimary.get();
                await("reads go to the primary", () -> onPrimary.get() > before + 10 || isOver(loops));
                pair.replica.resumeReplay();
                int after = onReplica.get();
                await("reads go to the replica", () -> onReplica.get() > after + 10 || isOver(loops));
            } finally {
                stop.set(true);
                loops.forEach(CompletableFuture::join);
            }
        }
    }

    private static boolean isOver(List<CompletableFuture<Void>> loops) {
        return loops.stream().anyMatch(CompletableFuture::isDone);
    }

    // ---- no read waits in vain -----------------------------------------------------------------------------------

    @Test
    void aReadThatWaitsForAReplicaAsksAFailingPoolAFewTimesOnly() throws Exception {
        RoutedPair.createTable(cluster);
        try (Pooled pools = Pooled.over(cluster)) {
            var pool = new FlakyDataSource(pools.pool("db-2"));
            var nodes = List.of(
                    pools.nodes().get(0),
                    Node.of("db-2", pool.dataSource(), pools.watch("db-2").dataSource()));
            try (RoutedDataSource routed =
                    LENIENT.waitingForReplica(Duration.ofMillis(500)).wrap(nodes)) {
                await("db-2 serves", () -> read(routed, "select 1").node().equals("db-2"));
                pool.refuse();
                assertThat(read(routed, "select 1").decision().reason()).isEqualTo(Reason.REPLICA_NOT_READY);
                assertThat(pool.asked()).isBetween(1, 10);
            }
        }
    }

    @Test
    void aReadDoesNotWaitForAReplicaWhereThereIsNone() throws Exception {
        Duration patience = Duration.ofSeconds(30);
        try (Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed =
                        LENIENT.waitingForReplica(patience).wrap(pools.nodes().subList(0, 1))) {
            long start = System.nanoTime();
            assertThat(read(routed, "select 1").node()).isEqualTo("db-1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(patience.dividedBy(3));
        }
    }

    /** Pools of two connections, for which whoever finds none queues this long. */
    private Pooled poolsOfTwo(Duration queue) {
        return Pooled.over(cluster, config -> {
            config.setMaximumPoolSize(2);
            config.setConnectionTimeout(queue.toMillis());
        });
    }

    private static void stall(TroubledClock clock, RoutedDataSource routed) throws Exception {
        clock.waits.shut();
        await(
                "the bound has passed without a look",
                () -> routed.topology().node("db-2").freshness() instanceof Freshness.Known known
                        && known.staleness().compareTo(BOUND.multipliedBy(2)) > 0);
    }

    @Test
    void aReadDoesNotQueueAtAnExhaustedReplicaThatNobodyWatches() throws Exception {
        var clock = new TroubledClock();
        Duration queue = Duration.ofSeconds(20);
        try (Pooled pools = poolsOfTwo(queue);
                RoutedDataSource routed =
                        LagAwareRouting.within(BOUND).timedBy(clock).wrap(pools.nodes())) {
            await("db-2 serves", () -> read(routed, "select 1").node().equals("db-2"));
            stall(clock, routed);
            try (Connection first = pools.pool("db-2").getConnection();
                    Connection second = pools.pool("db-2").getConnection()) {
                assertThat(first).isNotSameAs(second);
                long start = System.nanoTime();
                assertThat(read(routed, "select 1").decision().reason()).isEqualTo(Reason.FRESHNESS_UNKNOWN);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(queue.dividedBy(2));
            }
            clock.waits.open();
        }
    }

    /** A replica in much use is looked at without the clock most times. All but a few reads must not queue there. */
    @Test
    void aFewReadsFindOutThatAMuchUsedReplicaIsNotWatched() throws Exception {
        var clock = new TroubledClock();
        Duration queue = Duration.ofSeconds(60);
        var reads = new ArrayList<CompletableFuture<Queries.Answer>>();
        var threads = Executors.newCachedThreadPool();
        try (Pooled pools = poolsOfTwo(queue);
                RoutedDataSource routed =
                        LagAwareRouting.within(BOUND).timedBy(clock).wrap(pools.nodes())) {
            await("db-2 serves", () -> read(routed, "select 1").node().equals("db-2"));
            clock.waits.shut();
            for (int i = 0; i < 40; i++) {
                read(routed, "select 1");
            }
            stall(clock, routed);
            try (Connection first = pools.pool("db-2").getConnection();
                    Connection second = pools.pool("db-2").getConnection()) {
                assertThat(first).isNotSameAs(second);
                await("a read looks at the clock", () -> {
                    reads.add(CompletableFuture.supplyAsync(() -> answer(routed), threads));
                    return reads.stream().anyMatch(CompletableFuture::isDone);
                });
                long start = System.nanoTime();
                assertThat(read(routed, "select 1").decision().reason()).isEqualTo(Reason.FRESHNESS_UNKNOWN);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(queue.dividedBy(4));
            }
            for (CompletableFuture<Queries.Answer> read : reads) {
                assertThat(read.join().node())
                        .as("none is served beyond the bound")
                        .isEqualTo("db-1");
            }
            clock.waits.open();
        } finally {
            threads.shutdownNow();
        }
    }

    private static Queries.Answer answer(RoutedDataSource routed) {
        try {
            return read(routed, "select 1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aReadDoesNotWaitForAReplicaThatNobodyWatches() throws Exception {
        var clock = new TroubledClock();
        Duration patience = Duration.ofSeconds(20);
        try (Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed = LagAwareRouting.within(BOUND)
                        .waitingForReplica(patience)
                        .timedBy(clock)
                        .wrap(pools.nodes())) {
            stall(clock, routed);
            long start = System.nanoTime();
            assertThat(read(routed, "select 1").node()).isEqualTo("db-1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(patience.dividedBy(2));
            clock.waits.open();
        }
    }

    @Test
    void aSparedPrimaryServesReadsWhileNothingIsWatched() throws Exception {
        var clock = new TroubledClock();
        try (Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed = LagAwareRouting.within(BOUND)
                        .sparingPrimary()
                        .timedBy(clock)
                        .wrap(pools.nodes())) {
            stall(clock, routed);
            assertThat(read(routed, "select 1").decision().reason()).isEqualTo(Reason.FRESHNESS_UNKNOWN);
            clock.waits.open();
        }
    }

    @Test
    void anUnreachableNodeIsTriedAtTheRegularPaceHoweverMuchIsWritten() throws Exception {
        RoutedPair.createTable(cluster);
        Duration regular = BOUND.dividedBy(4);
        try (Pooled pools = Pooled.over(cluster)) {
            var watch = new FlakyDataSource(cluster.node("db-1").dataSource());
            var nodes = List.of(
                    Node.of("db-1", pools.pool("db-1"), watch.dataSource()),
                    pools.nodes().get(1));
            try (RoutedDataSource routed = LagAwareRouting.within(BOUND).wrap(nodes)) {
                execute(routed, "insert into t values (0)");
                watch.cutOff();
                await("it is tried again and again", () -> {
                    execute(routed, "insert into t select max(id) + 1 from t");
                    return watch.asked() >= 11;
                });
                // Soon at first, and ever less often. A twentieth of the time between two looks is left to chance.
                assertThat(watch.between(8, 11))
                        .isGreaterThan(regular.multipliedBy(3).multipliedBy(9).dividedBy(10));
            }
        }
    }
}
