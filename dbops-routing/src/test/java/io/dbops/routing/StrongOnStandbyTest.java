package io.dbops.routing;

import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StrongOnStandbyTest {
    @Test
    void aStrongReadIsNotServedByAFormerPrimaryThatCameBackAsAStandby() throws Exception {
        try (EmbeddedCluster cluster = EmbeddedCluster.builder().replicas(2).start();
                Pooled pools = Pooled.over(cluster)) {
            execute(pools.pool("db-1"), "create table t (n int)");
            cluster.awaitCaughtUp(Duration.ofSeconds(20));
            try (RoutedDataSource routed =
                    LagAwareRouting.within(Duration.ofSeconds(2)).wrap(pools.nodes())) {
                var strong = routed.dataSource(Consistency.strong());
                execute(routed, "insert into t values (1)");
                // The watch looks at db-1 once in 500 ms; that it is held only makes the window certain.
                pools.watch("db-1").questions.shut();
                cluster.node("db-1").stop();
                cluster.node("db-2").promote();
                cluster.node("db-1").follow(cluster.node("db-2"));
                cluster.node("db-1").pauseReplay();
                execute(cluster.node("db-2").dataSource(), "insert into t values (2)");
                for (int i = 0; i < 50; i++) {
                    try {
                        var answer = read(
                                strong, "select case when pg_is_in_recovery() then -1 else count(*)::int end from t");
                        System.out.println("strong read: " + answer + " "
                                + routed.topology().format());
                        assertThat(answer.value()).isNotEqualTo(-1);
                    } catch (SQLException e) {
                        System.out.println(e);
                    }
                }
                pools.watch("db-1").questions.open();
            }
        }
    }
}
