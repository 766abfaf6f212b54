package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.countOn;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.isWritten;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Freshness;
import io.dbops.Session;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Replicas that are on another timeline than the primary, or may be. */
@Tag("cluster-heavy")
@Timeout(120)
class LineageRulesTest {

    private final OwnCluster own = OwnCluster.start(2);
    private final EmbeddedNode db1 = own.node("db-1");
    private final EmbeddedNode db2 = own.node("db-2");
    private final EmbeddedNode db3 = own.node("db-3");
    private final RoutedDataSource routed = LagAwareRouting.within(Duration.ofMinutes(1))
            .answeringWithin(Duration.ofMillis(500))
            .waitingForPrimary(Duration.ofSeconds(20))
            .wrap(own.nodes());

    LineageRulesTest() throws SQLException {}

    @AfterEach
    void close() {
        routed.close();
        own.close();
    }

    private boolean isMeasured(String name) {
        return routed.topology().node(name).freshness() instanceof Freshness.Known;
    }

    @Test
    void rule04_aReplicaThatFollowsNobodyAnyMoreServesNothingHoweverFarItIs() throws Exception {
        execute(routed, INSERT);
        await("both are measured", () -> isMeasured("db-2") && isMeasured("db-3"));
        db2.stop();
        try (Connection connection = db1.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 500; i++) {
                statement.execute(INSERT);
            }
        }
        await("db-3 has all of it", () -> countOn(db3) == 501);
        db1.kill();
        db2.start();
        await("db-2 is measured", () -> isMeasured("db-2"));
        db2.promote();
        Session session = routed.session();
        await("the one that is behind is followed", () -> isWritten(session.dataSource()));
        int count = countOn(db2);
        assertThat(count).isLessThan(500);
        long deadline = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        while (System.nanoTime() < deadline) {
            Queries.Answer answer = read(session.dataSource(), COUNT);
            assertThat(answer.node()).isEqualTo("db-2");
            assertThat(answer.value()).isEqualTo(count);
        }
        assertThat(isMeasured("db-3")).isFalse();
    }

    @Test
    void rule04_aReplicaWhoseTimelineIsHiddenServesNothingAndNamesTheGrant() throws Exception {
        await("both are measured", () -> isMeasured("db-2") && isMeasured("db-3"));
        try (Connection superuser = db1.connectAsSuperuser();
                Statement statement = superuser.createStatement()) {
            statement.execute("revoke pg_monitor from " + db1.user());
        }
        String need = "run on the primary: GRANT pg_monitor TO " + db1.user();
        for (String node : List.of("db-2", "db-3")) {
            await(
                    node + " says what it needs",
                    () -> routed.topology().node(node).freshness().toString().contains(need));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(read(routed, COUNT).node()).isEqualTo("db-1");
        }
    }
}
