package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many reads the primary takes while the replica is behind, and while nobody knows whether it is. */
@DbOpsCluster(replicas = 1)
class SpillTest {

    private static final Duration BOUND = Duration.ofMillis(500);
    private static final int PER_SECOND = 5;

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    SpillTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @BeforeEach
    void createTable() throws SQLException {
        RoutedPair.createTable(cluster);
    }

    @AfterEach
    void restore() {
        cluster.node("db-2").resumeReplay();
        pools.close();
    }

    private RoutedDataSource open() throws Exception {
        RoutedDataSource routed =
                LagAwareRouting.within(BOUND).spillingUpTo(PER_SECOND).wrap(pools.nodes());
        await("the replica serves", () -> read(routed, "select 1").node().equals("db-2"));
        return routed;
    }

    @Test
    void whenTheReplicaIsBehindThePrimaryServesAsManyAsTheBudgetAllows() throws Exception {
        try (RoutedDataSource routed = open()) {
            cluster.node("db-2").pauseReplay();
            execute(cluster.primary().dataSource(), "insert into t values (1)");
            var refusal = new SQLException[1];
            await("a read is refused", () -> {
                try {
                    execute(cluster.primary().dataSource(), "update t set id = id + 1");
                    read(routed, "select 1");
                    return false;
                } catch (NoEligibleNodeException e) {
                    refusal[0] = e;
                    return true;
                }
            });
            assertThat((Throwable) refusal[0])
                    .hasMessageContaining("spillingUpTo")
                    .hasMessageContaining(" ms: every replica");
            assertThat(refusal[0].getSQLState()).isEqualTo("57P03");
            long since = System.nanoTime();
            int served = 0;
            while (System.nanoTime() - since < Duration.ofSeconds(2).toNanos()) {
                execute(cluster.primary().dataSource(), "update t set id = id + 1");
                try {
                    assertThat(read(routed, "select 1").decision().reason()).isEqualTo(Reason.REPLICAS_TOO_STALE);
                    served++;
                } catch (NoEligibleNodeException e) {
                    // As it is to be.
                }
            }
            assertThat(served).isBetween(1, 4 * PER_SECOND);
            execute(routed, "insert into t values (-1)");
            assertThat(read(routed.dataSource(Consistency.strong()), "select 1").node())
                    .as("who asks for the primary is not limited")
                    .isEqualTo("db-1");
        }
    }

    @Test
    void aReadOfWhatTheSessionWroteIsNotLimited() throws Exception {
        try (RoutedDataSource routed =
                LagAwareRouting.within(Duration.ofMinutes(1)).spillingUpTo(1).wrap(pools.nodes())) {
            await("the replica serves", () -> read(routed, "select 1").node().equals("db-2"));
            cluster.node("db-2").pauseReplay();
            execute(routed, "insert into t values (1)");
            for (int i = 0; i < 50; i++) {
                assertThat(read(routed, "select count(*) from t").value()).isEqualTo(1);
            }
        }
    }

    /** P7: a watch that hangs costs offload; the application is no worse off than without it. */
    @Test
    void whileTheWatchIsDeadNoReadIsRefused() throws Exception {
        try (RoutedDataSource routed = open()) {
            cluster.nodes().forEach(node -> pools.watch(node.name()).questions.shut());
            long since = System.nanoTime();
            int onPrimary = 0;
            while (System.nanoTime() - since < BOUND.plusSeconds(3).toNanos()) {
                onPrimary += read(routed, "select 1").node().equals("db-1") ? 1 : 0;
            }
            assertThat(onPrimary).isGreaterThan(10 * PER_SECOND);
        }
    }
}
