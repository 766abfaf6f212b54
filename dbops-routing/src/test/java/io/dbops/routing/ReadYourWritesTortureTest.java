package io.dbops.routing;

import static io.dbops.routing.Queries.execute;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Session;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.WriteThenRead;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * P1: a session reads what it wrote, on any node. The long form, {@code -Ddbops.torture=long}, runs ten times as many
 * pairs; {@code -Ddbops.seed=} repeats the draws of an earlier run.
 */
@Tag("cluster-heavy")
class ReadYourWritesTortureTest {

    private static final int PAIRS = "long".equals(System.getProperty("dbops.torture")) ? 200_000 : 20_000;
    private static final int THREADS = 8;
    private static final int SESSIONS = 512;
    private static final int REPLICAS = 2;

    /** What two cores serve without queues, so that the delays drawn are the delays there are. */
    private static final int PAIRS_PER_SECOND = 1_500;

    @Test
    void noSessionReadsOlderThanItWrote() throws Exception {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        try (EmbeddedCluster cluster = EmbeddedCluster.builder()
                        .replicas(REPLICAS)
                        .setting("synchronous_commit", "off")
                        // A replica is sent what was written to the log file, by default up to 200 ms after the commit.
                        .setting("wal_writer_delay", "10ms")
                        // Replay that is held back for long would cancel the reads that are in its way.
                        .setting("max_standby_streaming_delay", "-1")
                        .start();
                Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed =
                        LagAwareRouting.within(Duration.ofSeconds(2)).wrap(pools.nodes())) {
            cluster.node("db-3").delayReplay(Duration.ofMillis(150));
            List<Session> sessions =
                    Stream.generate(routed::session).limit(SESSIONS).toList();
            var stop = new AtomicBoolean();
            Thread load = backgroundLoad(pools, stop);
            Map<String, WriteThenRead.Count> counts;
            try {
                counts = WriteThenRead.of(PAIRS, THREADS, SESSIONS, seed)
                        .pacedAt(PAIRS_PER_SECOND)
                        .reading("dbops", session -> sessions.get(session).dataSource())
                        .reading(
                                "naive",
                                session -> pools.pool(
                                        "db-" + (2 + ThreadLocalRandom.current().nextInt(REPLICAS))))
                        .run(session -> sessions.get(session).dataSource());
            } finally {
                stop.set(true);
                load.join();
            }
            WriteThenRead.Count dbops = counts.get("dbops");
            WriteThenRead.Count naive = counts.get("naive");
            System.out.printf(
                    "write-then-read, seed %d: dbops %d of %d stale, %.1f %% on replicas, %.1f %% of those after 50 ms"
                            + " (%.1f %% came after);"
                            + " naive %.1f %% stale%n",
                    seed,
                    dbops.stale(),
                    dbops.reads(),
                    100 * dbops.replicaShare(),
                    100 * dbops.lateReplicaShare(),
                    100.0 * dbops.late() / dbops.reads(),
                    100 * naive.staleShare());
            assertThat(dbops.reads()).isEqualTo(PAIRS);
            assertThat(dbops.stale()).as("seed %d", seed).isZero();
            assertThat(naive.staleShare())
                    .as("the same run would have shown staleness")
                    .isGreaterThan(0.01);
            assertThat(dbops.replicaShare()).isGreaterThan(0.30);
            assertThat(dbops.lateReplicaShare()).isGreaterThan(0.80);
        }
    }

    /** A few hundred rows a second into another table, so that there is always something to replay. */
    private static Thread backgroundLoad(Pooled pools, AtomicBoolean stop) throws SQLException {
        execute(pools.pool("db-1"), "create table background (n int, filler text)");
        var load = new Thread(() -> {
            while (!stop.get()) {
                try {
                    execute(
                            pools.pool("db-1"),
                            "insert into background select n, repeat('x', 200) from generate_series(1, 10) as n");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
            }
        });
        load.start();
        return load;
    }
}
