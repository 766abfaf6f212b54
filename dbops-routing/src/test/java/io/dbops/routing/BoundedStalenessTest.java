package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P2: a bounded read lacks no commit that was acknowledged longer ago than its bound. */
@DbOpsCluster(replicas = 2)
class BoundedStalenessTest {

    private static final Duration BOUND = Duration.ofSeconds(1);

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    BoundedStalenessTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @BeforeEach
    void createTable() throws Exception {
        execute(pools.pool("db-1"), "drop table if exists t");
        execute(pools.pool("db-1"), "create table t (n int)");
        execute(pools.pool("db-1"), "insert into t values (0)");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
    }

    @AfterEach
    void restore() {
        pools.close();
        cluster.replicas().forEach(EmbeddedNode::resumeReplay);
    }

    @Test
    void rule02_replicasOfAnIdlePrimaryStayEligibleAfterAWalSwitch() throws Exception {
        cluster.primary().switchWal();
        try (RoutedDataSource routed = LagAwareRouting.within(BOUND).wrap(pools.nodes())) {
            long start = System.nanoTime();
            long served = 0;
            while (System.nanoTime() - start < BOUND.multipliedBy(3).toNanos()) {
                Reason reason = read(routed, "select 1").decision().reason();
                if (System.nanoTime() - start > BOUND.toNanos()) {
                    assertThat(reason).isEqualTo(Reason.FRESH_REPLICA);
                    served++;
                }
            }
            assertThat(served).isPositive();
        }
    }

    /**
     * The oracle is this process's own memory: what was acknowledged when. A read that began at B must return at least
     * the newest value acknowledged before B minus the bound.
     */
    @Test
    void noReadLacksACommitOlderThanItsBoundWhileReplayIsPaused() throws Exception {
        try (RoutedDataSource routed = LagAwareRouting.within(BOUND).wrap(pools.nodes())) {
            DataSource bounded = routed.dataSource(Consistency.bounded(BOUND));
            var acknowledged = new ConcurrentSkipListMap<Long, Integer>();
            var stop = new AtomicBoolean();
            Thread writer = writer(acknowledged, stop);
            try {
                await("replicas serve", () -> isReplica(read(bounded, "select n from t")));
                cluster.replicas().forEach(EmbeddedNode::pauseReplay);
                Tally paused = readFor(bounded, BOUND.multipliedBy(3), acknowledged);
                assertThat(paused.onReplica)
                        .as("within the bound replicas served")
                        .isPositive();
                assertThat(paused.onPrimary).as("beyond it the primary did").isPositive();
                assertThat(isReplica(read(bounded, "select n from t"))).isFalse();
                cluster.replicas().forEach(EmbeddedNode::resumeReplay);
                await("replicas are back", () -> isReplica(read(bounded, "select n from t")));
                assertThat(readFor(bounded, BOUND, acknowledged).onReplica).isPositive();
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    private Thread writer(NavigableMap<Long, Integer> acknowledged, AtomicBoolean stop) {
        var writer = new Thread(() -> {
            for (int n = 1; !stop.get(); n++) {
                try {
                    execute(pools.pool("db-1"), "update t set n = " + n);
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
                acknowledged.put(System.nanoTime(), n);
            }
        });
        writer.start();
        return writer;
    }

    private static final class Tally {
        private int onReplica;
        private int onPrimary;
    }

    private Tally readFor(DataSource bounded, Duration time, NavigableMap<Long, Integer> acknowledged)
            throws Exception {
        var tally = new Tally();
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            var newest = acknowledged.floorEntry(System.nanoTime() - BOUND.toNanos());
            Queries.Answer answer = read(bounded, "select n from t");
            if (newest != null) {
                assertThat(answer.value())
                        .as("read on %s", answer.decision())
                        .isGreaterThanOrEqualTo(newest.getValue());
            }
            if (isReplica(answer)) {
                tally.onReplica++;
            } else {
                tally.onPrimary++;
            }
        }
        return tally;
    }

    private boolean isReplica(Queries.Answer answer) {
        return !answer.node().equals(cluster.primary().name());
    }

    @Test
    void aBoundThatSamplingCannotProveIsRejectedWithTheArithmetic() throws Exception {
        try (RoutedDataSource routed = LagAwareRouting.within(BOUND).wrap(pools.nodes())) {
            assertThatThrownBy(() -> routed.dataSource(Consistency.bounded(Duration.ofMillis(100))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("maxStaleness (100 ms): must be at least 2 x 250 ms between samples");
        }
    }
}
