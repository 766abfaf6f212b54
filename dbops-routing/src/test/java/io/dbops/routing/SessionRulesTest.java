package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.Session;
import io.dbops.Token;
import io.dbops.TokenException;
import io.dbops.TokenFormat;
import io.dbops.dialect.WalPosition;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sessions across nodes, threads, keys and processes. */
@DbOpsCluster(replicas = 2)
@Timeout(120)
class SessionRulesTest {

    private static final LagAwareRouting ROUTING = LagAwareRouting.within(Duration.ofMinutes(1))
            .answeringWithin(Duration.ofMillis(500))
            .waitingForPrimary(Duration.ofSeconds(3));

    private final EmbeddedCluster cluster;
    private Pooled pools;
    private RoutedDataSource routed;

    SessionRulesTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws Exception {
        RoutedPair.createTable(cluster);
        pools = Pooled.over(cluster);
        routed = ROUTING.wrap(pools.nodes());
        await(
                "all replicas are measured",
                () -> routed.topology().nodes().stream()
                        .allMatch(node -> node.freshness() instanceof io.dbops.Freshness.Known));
    }

    @AfterEach
    void close() {
        cluster.replicas().forEach(node -> node.resumeReplay());
        routed.close();
        pools.close();
    }

    private void execute1() throws SQLException {
        execute(cluster.primary().dataSource(), INSERT);
    }

    @Test
    void rule11_aReadNeverSeesLessThanTheOneBefore() throws Exception {
        // Somebody else writes. One replica shows it, the other does not.
        for (int round = 0; round < 20; round++) {
            cluster.node("db-3").pauseReplay();
            execute1();
            Session session = routed.session();
            DataSource monotonic = session.dataSource(Consistency.monotonic());
            int seen = 0;
            for (int i = 0; i < 10; i++) {
                int now = read(monotonic, COUNT).value();
                assertThat(now).isGreaterThanOrEqualTo(seen);
                seen = now;
            }
            cluster.node("db-3").resumeReplay();
        }
    }

    @Test
    void rule11_aReadElsewhereWaitsUntilThatIsKnownToBeAsRecent() throws Exception {
        cluster.node("db-3").pauseReplay();
        execute1();
        Session session = routed.session();
        DataSource monotonic = session.dataSource(Consistency.monotonic());
        DataSource loose = session.dataSource(Consistency.bounded(Duration.ofMinutes(1)));
        await("db-2 has it", () -> {
            Queries.Answer answer = read(loose, COUNT);
            return answer.node().equals("db-2") && answer.value() == 1;
        });
        await("the read saw it on db-2", () -> {
            DataSource other = routed.session().dataSource(Consistency.monotonic());
            return read(other, COUNT).node().equals("db-2");
        });
        boolean looseWentBack = false;
        for (int i = 0; i < 200; i++) {
            Queries.Answer answer = read(monotonic, COUNT);
            if (i > 0) {
                assertThat(answer.value()).isOne();
            }
            looseWentBack |= read(loose, COUNT).value() == 0;
            if (answer.value() == 0) {
                i = -1;
                session = routed.session();
                monotonic = session.dataSource(Consistency.monotonic());
            }
        }
        assertThat(looseWentBack).as("without the level reads do go back").isTrue();
    }

    @Test
    void rule44_theSessionOfAKeyIsTheSameForAll() throws Exception {
        cluster.replicas().forEach(node -> node.pauseReplay());
        execute(routed.sessionFor("user-1").dataSource(), INSERT);
        assertThat(read(routed.sessionFor("user-1").dataSource(), COUNT).value())
                .isOne();
        assertThat(read(routed.sessionFor("user-2").dataSource(), COUNT).value())
                .isZero();
        assertThat(routed.sessionFor("user-1")).isSameAs(routed.sessionFor("user-1"));
    }

    @Test
    void aSessionThatIsNotKeptAnyMoreIsNotForgotten() throws Exception {
        try (RoutedDataSource small =
                ROUTING.keepingSessions(4, Duration.ofMinutes(1)).wrap(pools.nodes())) {
            cluster.replicas().forEach(node -> node.pauseReplay());
            Session held = small.sessionFor("held");
            execute(small.sessionFor("user-0").dataSource(), INSERT);
            for (int i = 1; i < 1_000; i++) {
                small.sessionFor("user-" + i);
            }
            System.gc();
            assertThat(read(small.sessionFor("user-0").dataSource(), COUNT).value())
                    .isOne();
            assertThat(small.sessionFor("held")).isSameAs(held);
        }
    }

    @Test
    void aTokenCarriesWhatWasWrittenToAnotherProcess() throws Exception {
        var format = TokenFormat.signed("0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        try (RoutedDataSource other = ROUTING.wrap(pools.nodes())) {
            for (int i = 1; i <= 50; i++) {
                Session writing = routed.session();
                execute(writing.dataSource(), INSERT);
                String header = format.text(writing.token());
                Session reading = other.resume(format.parse(header));
                assertThat(read(reading.dataSource(), COUNT).value()).isEqualTo(i);
                assertThat(reading.mayHaveLostWrites()).isFalse();
            }
        }
    }

    @Test
    void aTokenIsServedByAReplicaOnceOneHasIt() throws Exception {
        Session writing = routed.session();
        execute(writing.dataSource(), INSERT);
        Token token = writing.token();
        try (RoutedDataSource other = ROUTING.wrap(pools.nodes())) {
            Session reading = other.resume(token);
            await(
                    "a replica serves it",
                    () -> !read(reading.dataSource(), COUNT).node().equals("db-1"));
            cluster.replicas().forEach(node -> node.pauseReplay());
            execute(writing.dataSource(), INSERT);
            Session second = other.resume(writing.token());
            Queries.Answer answer = read(second.dataSource(), COUNT);
            assertThat(answer.value()).isEqualTo(2);
            assertThat(answer.node()).isEqualTo("db-1");
            assertThat(read(reading.dataSource(), COUNT).node())
                    .as("the first asks for less")
                    .isNotEqualTo("db-1");
        }
    }

    @Test
    void rule22_aPositionBeyondThePrimarysIsRefused() throws Exception {
        WalPosition real = (WalPosition) routed.session().token().position();
        Token future = new Token(new WalPosition(real.systemId(), real.timeline(), -1), Instant.now());
        assertRefused(future, TokenException.Reason.IMPOSSIBLE);
    }

    @Test
    void rule22_aTokenOfAnotherClusterIsRefused() throws Exception {
        WalPosition real = (WalPosition) routed.session().token().position();
        assertRefused(
                new Token(new WalPosition(real.systemId() + 1, real.timeline(), real.lsn()), Instant.now()),
                TokenException.Reason.OTHER_CLUSTER);
    }

    @Test
    void rule22_aTokenOfATimelineThatNobodyHasSeenIsWaitedForAndRefused() throws Exception {
        WalPosition real = (WalPosition) routed.session().token().position();
        assertRefused(
                new Token(new WalPosition(real.systemId(), real.timeline() + 1, real.lsn()), Instant.now()),
                TokenException.Reason.NOT_REACHED);
    }

    @Test
    void anOldTokenIsRefused() throws Exception {
        Token token = routed.session().token();
        assertRefused(
                new Token(token.position(), Instant.now().minus(Duration.ofDays(2))), TokenException.Reason.EXPIRED);
    }

    private void assertRefused(Token token, TokenException.Reason reason) {
        assertThatThrownBy(() -> routed.resume(token))
                .isInstanceOfSatisfying(
                        TokenException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aHandleCarriesItsSessionToOtherThreads() throws Exception {
        cluster.replicas().forEach(node -> node.pauseReplay());
        ExecutorService executor = Executors.newFixedThreadPool(2);
        try {
            Session session = routed.session();
            CompletableFuture<Integer> seen = CompletableFuture.runAsync(
                            () -> unchecked(() -> write(session)), executor)
                    .thenApplyAsync(
                            done -> unchecked(
                                    () -> read(session.dataSource(), COUNT).value()),
                            executor);
            assertThat(seen.join()).isOne();
        } finally {
            executor.shutdownNow();
        }
    }

    private static Void write(Session session) throws SQLException {
        execute(session.dataSource(), INSERT);
        return null;
    }

    private static <T> T unchecked(java.util.concurrent.Callable<T> call) {
        try {
            return call.call();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aTokenIsIssuedAlthoughTheWatchIsHeld() throws Exception {
        Session session = routed.session();
        pools.watch("db-1").questions.shut();
        execute(session.dataSource(), INSERT);
        Token token = session.token();
        pools.watch("db-1").questions.open();
        try (RoutedDataSource other = ROUTING.wrap(pools.nodes())) {
            assertThat(read(other.resume(token).dataSource(), COUNT).value()).isOne();
        }
    }
}
