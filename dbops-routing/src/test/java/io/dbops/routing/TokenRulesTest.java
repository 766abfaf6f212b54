package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Session;
import io.dbops.Token;
import io.dbops.TokenException;
import io.dbops.dialect.Role;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tokens that were issued on one side of a failover, and come in on the other. */
@Tag("cluster-heavy")
@Timeout(120)
class TokenRulesTest {

    private final OwnCluster own = OwnCluster.startProxied(1);
    private final EmbeddedNode db1 = own.node("db-1");
    private final EmbeddedNode db2 = own.node("db-2");
    private final Pooled poolsOfOther = Pooled.over(own.servers);

    TokenRulesTest() throws SQLException {}

    @AfterEach
    void close() {
        poolsOfOther.close();
        own.close();
    }

    private static RoutedDataSource open(Pooled by) {
        return LagAwareRouting.within(Duration.ofMinutes(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(4))
                .wrap(by.nodes());
    }

    private static void refuses(RoutedDataSource routed, Token token, TokenException.Reason reason) {
        assertThatThrownBy(() -> routed.resume(token))
                .isInstanceOfSatisfying(
                        TokenException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void rule22_aTokenOfALaterTimelineWaitsUntilTheFailoverIsSeenHere() throws Exception {
        try (RoutedDataSource other = open(poolsOfOther)) {
            Token token;
            try (RoutedDataSource routed = open(own.pools)) {
                execute(routed, INSERT);
                await("db-2 is measured", () -> read(routed, COUNT).node().equals("db-2"));
                await("there, too", () -> read(other, COUNT).node().equals("db-2"));
                // The other process does not see what happens: its watch is held, the old primary lives on.
                poolsOfOther.watch("db-1").questions.shut();
                poolsOfOther.watch("db-2").questions.shut();
                poolsOfOther.watch("db-1").questions.awaitHeld();
                poolsOfOther.watch("db-2").questions.awaitHeld();
                db1.kill();
                db2.promote();
                Session session = routed.session();
                execute(session.dataSource(), INSERT);
                token = session.token();
            }
            db1.start();
            refuses(other, token, TokenException.Reason.NOT_REACHED);
            db1.kill();
            CompletableFuture<Session> resumed = CompletableFuture.supplyAsync(() -> other.resume(token));
            assertThatThrownBy(() -> resumed.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            poolsOfOther.watch("db-1").questions.open();
            poolsOfOther.watch("db-2").questions.open();
            assertThat(read(resumed.get(10, TimeUnit.SECONDS).dataSource(), COUNT)
                            .value())
                    .isEqualTo(2);
        }
    }

    @Test
    void rule22_aTokenOfAnEarlierTimelineIsHonouredAsFarAsItsWritesWereKept() throws Exception {
        try (RoutedDataSource routed = open(own.pools)) {
            Session early = routed.session();
            execute(early.dataSource(), INSERT);
            Token kept = early.token();
            await(
                    "the replica is seen to have it",
                    () -> read(early.dataSource(), COUNT).node().equals("db-2"));
            await(
                    "and more",
                    () -> read(routed.resume(early.token()).dataSource(), COUNT)
                            .node()
                            .equals("db-2"));
            // The standby streams through the proxy.
            db1.network().refuse();
            Token lost;
            try (Connection direct = db1.connectAsSuperuser()) {
                for (int i = 0; i < 2_000; i++) {
                    direct.createStatement().execute(INSERT);
                }
                lost = positionOf(direct);
            }
            db1.kill();
            db2.promote();
            await("it is followed", () -> routed.topology().node("db-2").role() == Role.PRIMARY);
            Session resumed = routed.resume(kept);
            assertThat(resumed.mayHaveLostWrites()).isFalse();
            assertThat(read(resumed.dataSource(), COUNT).value()).isOne();
            refuses(routed, lost, TokenException.Reason.WRITE_LOST);
            try (RoutedDataSource other = open(poolsOfOther)) {
                Session unsure = other.resume(kept);
                assertThat(unsure.mayHaveLostWrites())
                        .as("a process that has not seen the old one cannot tell")
                        .isTrue();
                assertThat(read(unsure.dataSource(), COUNT).value()).isOne();
                refuses(other, lost, TokenException.Reason.WRITE_LOST);
            }
        }
    }

    private static Token positionOf(Connection connection) throws Exception {
        var observed = (io.dbops.dialect.Observation.Primary)
                io.dbops.dialect.Dialect.of(connection).observe(connection);
        return new Token(observed.position(), java.time.Instant.now());
    }

    @Test
    void rule22_aTokenIsServedWithoutARoundTripWhenItIsKnownAlready() throws Exception {
        try (RoutedDataSource routed = open(own.pools)) {
            Session session = routed.session();
            execute(session.dataSource(), INSERT);
            await(
                    "the replica is seen to have it",
                    () -> read(session.dataSource(), COUNT).node().equals("db-2"));
            own.pools.watch("db-1").questions.shut();
            Token token = session.token();
            Session resumed = routed.resume(token);
            assertThat(read(resumed.dataSource(), COUNT).node()).isEqualTo("db-2");
            own.pools.watch("db-1").questions.open();
            try (Connection connection = session.dataSource().getConnection()) {
                assertThat(number(connection, COUNT)).isOne();
            }
        }
    }
}
