package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.NoEligibleNodeException;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** P7: when the monitor stalls or dies, reads go to the primary; nothing blocks and nothing is refused. */
@DbOpsCluster(replicas = 2)
class MonitorDeathTest {

    private static final Duration BOUND = Duration.ofSeconds(1);

    /** Ten times what a unit of work may take at most while the monitor is dead. */
    private static final Duration NO_BLOCKING = Duration.ofSeconds(2);

    private final EmbeddedCluster cluster;
    private final Pooled pools;
    private final TroubledClock clock = new TroubledClock();

    MonitorDeathTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster);
    }

    @BeforeEach
    void createTable() throws Exception {
        execute(pools.pool("db-1"), "drop table if exists t");
        execute(pools.pool("db-1"), "create table t (n int)");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
    }

    @AfterEach
    void restore() {
        observersFail(false);
        clock.waits.open();
        pools.close();
    }

    /**
     * Each round fails: at the wait for its turn, or, if its turn has come already, at the question. Were it the wait
     * alone, a round whose turn has come would observe its node, and for a moment the replica is fresh, and rightly so.
     */
    @Test
    void anObserverEndedByAnError() throws Exception {
        survives(() -> observersFail(true), () -> observersFail(false));
    }

    private void observersFail(boolean fail) {
        clock.fails.set(fail);
        cluster.nodes().forEach(node -> pools.watch(node.name()).fails.set(fail));
    }

    @Test
    void anObserverThatHangs() throws Exception {
        survives(
                () -> cluster.nodes()
                        .forEach(node -> pools.watch(node.name()).questions.shut()),
                () -> cluster.nodes()
                        .forEach(node -> pools.watch(node.name()).questions.open()));
    }

    @Test
    void anObserverThatIsStarved() throws Exception {
        survives(clock.waits::shut, clock.waits::open);
    }

    @Test
    void theObserverOfThePrimaryAloneHangsWhileThePrimaryRestarts() throws Exception {
        try (RoutedDataSource routed = LagAwareRouting.within(BOUND)
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(3))
                .timedBy(clock)
                .wrap(pools.nodes())) {
            execute(routed, "insert into t values (1)");
            pools.watch("db-1").questions.shut();
            pools.watch("db-1").questions.awaitHeld();
            cluster.node("db-1").restart();
            await("writes go on", () -> {
                try {
                    execute(routed, "insert into t values (1)");
                    return true;
                } catch (NoEligibleNodeException e) {
                    throw new AssertionError("refused", e);
                } catch (SQLException e) {
                    // The pool has connections of the time before.
                    return false;
                }
            });
            long before = System.nanoTime();
            execute(routed, "insert into t values (1)");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(NO_BLOCKING);
        }
    }

    @Test
    void aListenerThatThrowsAnythingEndsNoObserver() throws Exception {
        var told = new AtomicInteger();
        try (RoutedDataSource routed = LagAwareRouting.within(BOUND)
                .answeringWithin(Duration.ofMillis(500))
                .listener(event -> {
                    told.incrementAndGet();
                    throw new AssertionError("planted: the listener fails at " + event);
                })
                .wrap(pools.nodes())) {
            await("a replica serves", () -> isReplica(read(routed, "select 1")));
            cluster.replicas().forEach(EmbeddedNode::restart);
            await("it was told of that", () -> told.get() > 1);
            await("replicas serve again", () -> {
                try {
                    return isReplica(read(routed.session().dataSource(), "select 1"));
                } catch (SQLException e) {
                    // A pooled connection may be the first to find out that its server is gone.
                    return false;
                }
            });
        }
    }

    private void survives(Runnable stall, Runnable recover) throws Exception {
        try (RoutedDataSource routed =
                LagAwareRouting.within(BOUND).timedBy(clock).wrap(pools.nodes())) {
            await("a replica serves", () -> isReplica(read(routed, "select 1")));
            stall.run();
            Duration slowest = Duration.ZERO;
            long start = System.nanoTime();
            int written = 0;
            boolean onPrimary = false;
            while (System.nanoTime() - start < BOUND.multipliedBy(3).toNanos()) {
                long before = System.nanoTime();
                execute(routed, "insert into t values (1)");
                written++;
                assertThat(read(routed, "select count(*) from t").value()).isEqualTo(written);
                for (Consistency level :
                        new Consistency[] {Consistency.eventual(), Consistency.bounded(BOUND), Consistency.strong()}) {
                    DataSource at = routed.dataSource(level);
                    Queries.Answer answer = read(at, "select 1");
                    onPrimary = !isReplica(answer);
                }
                Duration took = Duration.ofNanos(System.nanoTime() - before);
                slowest = took.compareTo(slowest) > 0 ? took : slowest;
            }
            assertThat(slowest).isLessThan(NO_BLOCKING);
            assertThat(isReplica(read(routed.dataSource(Consistency.bounded(BOUND)), "select 1")))
                    .as("beyond the bound a bounded read is served by the primary")
                    .isFalse();
            assertThat(isReplica(read(routed.session().dataSource(), "select 1")))
                    .as("and so is one of a session that wrote nothing")
                    .isFalse();
            assertThat(onPrimary).isTrue();
            recover.run();
            await("replicas serve again", () -> {
                try {
                    return isReplica(read(routed.session().dataSource(), "select 1"));
                } catch (SQLException e) {
                    // A pooled connection may be the first to find out that its server is gone.
                    return false;
                }
            });
        }
    }

    private boolean isReplica(Queries.Answer answer) {
        return !answer.node().equals(cluster.primary().name());
    }
}
