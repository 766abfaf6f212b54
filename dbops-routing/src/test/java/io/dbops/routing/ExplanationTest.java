package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.LENIENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Session;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is said of a choice: where, why, and what is held against the other nodes. */
@DbOpsCluster(replicas = 1)
class ExplanationTest {

    private final EmbeddedCluster cluster;

    ExplanationTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    private static RoutedPair pair(EmbeddedCluster cluster, LagAwareRouting routing) throws Exception {
        return RoutedPair.over(cluster, routing, config -> {});
    }

    private static void awaitOffload(Session session) throws Exception {
        await(
                "the replica serves",
                () -> read(session.dataSource(), COUNT).node().equals("db-2"));
    }

    @Test
    void aReadOfOnesOwnWriteIsExplained() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster)) {
            awaitOffload(pair.session);
            pair.writeUnseenByReplica();
            try (Connection connection = pair.session.dataSource().getConnection()) {
                connection.setReadOnly(true);
                number(connection, COUNT);
                var explanation = connection.unwrap(Explanation.class);
                assertThat(explanation.decision())
                        .contains(new RoutingDecision("db-1", Reason.OWN_WRITE_NOT_REPLICATED))
                        .contains(connection.unwrap(RoutingDecision.class));
                assertThat(explanation.cause())
                        .matches("db-2: behind by at most \\d+ ms, and not known to have the session's last write");
                pair.replica.resumeReplay();
                await(
                        "it would go elsewhere now",
                        () -> pair.session
                                .explain(Consistency.session())
                                .cause()
                                .isEmpty());
                assertThat(connection.unwrap(Explanation.class))
                        .as("what was known when it was chosen")
                        .isEqualTo(explanation);
            }
            assertThat(pair.session.explain(Consistency.session()).decision())
                    .contains(new RoutingDecision("db-2", Reason.FRESH_REPLICA));
        }
    }

    @Test
    void explainingTakesNoConnectionAndCountsNothing() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster)) {
            awaitOffload(pair.session);
            Map<RoutingDecision, Long> before = pair.routed.decisions();
            for (int i = 0; i < 20; i++) {
                pair.routed.explain(Consistency.session());
                pair.routed.explain(Consistency.eventual());
                pair.routed.explain(Consistency.strong());
            }
            assertThat(pair.routed.decisions()).isEqualTo(before);
            assertThat(pair.connectionsInUse("db-1") + pair.connectionsInUse("db-2"))
                    .isZero();
        }
    }

    @Test
    void eachConsistencyIsExplained() throws Exception {
        try (RoutedPair pair = pair(cluster, LagAwareRouting.within(Duration.ofMillis(300)))) {
            awaitOffload(pair.session);
            pair.replica.pauseReplay();
            execute(pair.session.dataSource(), "insert into t values (1)");
            var bounded = Consistency.bounded(Duration.ofMillis(300));
            await(
                    "the bound is exceeded",
                    () -> pair.routed.explain(bounded).decision().stream()
                            .anyMatch(made -> made.reason() == Reason.REPLICAS_TOO_STALE));
            assertThat(pair.routed.explain(bounded).cause())
                    .matches("db-2: behind by at most \\d+ ms, which is more than 300 ms");
            assertThat(pair.routed.explain(Consistency.eventual()).format()).matches("""
                    db-2, for any replica would do
                      \\+ db-1: the primary
                      \\+ db-2: behind by at most \\d+ ms""");
            assertThat(pair.routed.explain(Consistency.strong()).format()).isEqualTo("""
                    db-1, for the read asked for the primary
                      + db-1: the primary
                      - db-2: not the primary""");
            pair.routed.drain("db-2");
            assertThat(pair.routed.explain(Consistency.eventual()).cause()).isEqualTo("db-2: drained");
            pair.routed.drain("db-1");
            assertThat(pair.routed.explain(Consistency.strong()).decision()).isEmpty();
            assertThat(pair.routed.topology().format()).contains("drained; -");
        }
    }

    @Test
    void aSparedPrimaryIsNoChoice() throws Exception {
        try (RoutedPair pair = pair(cluster, LENIENT.sparingPrimary())) {
            awaitOffload(pair.session);
            pair.writeUnseenByReplica();
            var explanation = pair.session.explain(Consistency.session());
            assertThat(explanation.decision()).isEmpty();
            assertThat(explanation.format())
                    .startsWith("no node\n  - db-1: the primary, which is to be spared\n  - db-2: behind by");
        }
    }

    @Test
    void aWriteIsExplained() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster);
                Connection connection = pair.routed.getConnection()) {
            assertThat(connection.isWrapperFor(Explanation.class)).isTrue();
            assertThat(connection.unwrap(Explanation.class).format()).isEqualTo("""
                    db-1, for it may write
                      + db-1: the primary
                      - db-2: not the primary""");
        }
    }
}
