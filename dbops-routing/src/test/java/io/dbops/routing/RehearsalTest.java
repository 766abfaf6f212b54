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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** All runs on the primary; where it would have gone is counted. */
@DbOpsCluster(replicas = 1)
class RehearsalTest {

    private final EmbeddedCluster cluster;

    RehearsalTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    /** What an application may do, with the replica caught up at first, and held later. Returns what was counted. */
    private Map<RoutingDecision, Long> playedBy(LagAwareRouting routing) throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster, routing, config -> {})) {
            Session session = pair.routed.session();
            await(
                    "the replica is eligible",
                    () -> pair.routed.explain(Consistency.session()).cause().isEmpty());
            readOften(session.dataSource(), 20);
            readOften(session.dataSource(Consistency.eventual()), 5);
            readOften(session.dataSource(Consistency.strong()), 4);
            readOften(session.dataSource(Consistency.monotonic()), 3);
            pair.replica.pauseReplay();
            execute(session.dataSource(), "insert into t values (1)");
            readOften(session.dataSource(), 10);
            readOften(pair.routed.session().dataSource(), 2);
            heldReadsOften(session.dataSource(), 6);
            return pair.routed.decisions();
        }
    }

    private static void readOften(DataSource dataSource, int times) throws SQLException {
        for (int i = 0; i < times; i++) {
            read(dataSource, COUNT);
        }
    }

    private static void heldReadsOften(DataSource dataSource, int times) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setReadOnly(true);
            for (int i = 0; i < times; i++) {
                number(connection, COUNT);
            }
        }
    }

    @Test
    void whatIsCountedIsWhatRoutingWouldDo() throws Exception {
        assertThat(playedBy(LENIENT.rehearsing()))
                .isEqualTo(playedBy(LENIENT))
                .containsEntry(new RoutingDecision("db-2", Reason.FRESH_REPLICA), 25L)
                .containsEntry(new RoutingDecision("db-1", Reason.OWN_WRITE_NOT_REPLICATED), 16L)
                .containsEntry(new RoutingDecision("db-1", Reason.STRONG), 4L);
    }

    @Test
    void noStatementReachesAReplica() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster, LENIENT.rehearsing(), config -> {})) {
            await(
                    "the replica is eligible",
                    () -> pair.routed.explain(Consistency.session()).cause().isEmpty());
            for (Consistency consistency :
                    new Consistency[] {Consistency.eventual(), Consistency.session(), Consistency.monotonic()}) {
                DataSource dataSource = pair.session.dataSource(consistency);
                assertThat(read(dataSource, "select pg_is_in_recovery()::int").value())
                        .isZero();
                try (Connection connection = dataSource.getConnection()) {
                    connection.setReadOnly(true);
                    connection.setAutoCommit(false);
                    assertThat(number(connection, COUNT)).isZero();
                    assertThat(connection.unwrap(RoutingDecision.class))
                            .isEqualTo(new RoutingDecision("db-1", Reason.REHEARSAL));
                    assertThat(connection
                                    .unwrap(Explanation.class)
                                    .decision()
                                    .orElseThrow()
                                    .node())
                            .isEqualTo("db-2");
                    connection.commit();
                }
            }
            assertThat(pair.routed.topology().node("db-2").units()).isZero();
            assertThat(pair.routed.topology().node("db-1").units()).isEqualTo(6);
        }
    }

    @Test
    void onesOwnWritesAreSeenWhateverTheReplicaHas() throws Exception {
        try (RoutedPair pair = RoutedPair.over(cluster, LENIENT.rehearsing(), config -> {})) {
            pair.writeUnseenByReplica();
            assertThat(read(pair.session.dataSource(Consistency.eventual()), COUNT)
                            .value())
                    .isOne();
        }
    }

    @Test
    void metersTellWhatRanAndWhatWasRehearsed() throws Exception {
        var registry = new SimpleMeterRegistry();
        RoutedPair.createTable(cluster);
        try (Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed = LENIENT.rehearsing().open("app", pools.nodes(), null, registry)) {
            await(
                    "the replica is eligible",
                    () -> routed.explain(Consistency.session()).cause().isEmpty());
            readOften(routed, 7);
            assertThat(count(registry, "units", "db-1", "rehearsal")).isEqualTo(7);
            assertThat(count(registry, "units", "db-2", "fresh_replica")).isZero();
            assertThat(count(registry, "rehearsed", "db-2", "fresh_replica")).isEqualTo(7);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    private static double count(SimpleMeterRegistry registry, String name, String node, String reason) {
        return registry.get("dbops.routing." + name)
                .tag("node", node)
                .tag("reason", reason)
                .functionCounter()
                .count();
    }
}
