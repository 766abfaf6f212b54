package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** How many connections of a node are out, and what they have served, while they are out and after. */
@DbOpsCluster(replicas = 1)
class InFlightTest {

    private final EmbeddedCluster cluster;

    InFlightTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @Test
    void aConnectionIsInFlightFromItsFirstStatementUntilItIsClosed() throws Exception {
        try (Pooled pools = Pooled.over(cluster);
                var core = new RouterCore(RoutedPair.LENIENT.options(), "test", pools.nodes(), null)) {
            core.open();
            RoutedNode primary = core.nodes().get(0);
            DataSource dataSource = core.currentSession().dataSource(Consistency.session());
            try (Connection first = dataSource.getConnection();
                    Connection second = dataSource.getConnection()) {
                assertThat(primary.inFlight()).isZero();
                Queries.number(first, "select 1");
                assertThat(primary.inFlight()).isEqualTo(1);
                Queries.number(second, "select 1");
                Queries.number(second, "select 1");
                assertThat(primary.inFlight()).isEqualTo(2);
                assertThat(primary.servedFor(Reason.WRITE))
                        .as("counted while they are out")
                        .isEqualTo(3);
            }
            assertThat(primary.inFlight()).isZero();
            assertThat(primary.servedFor(Reason.WRITE)).isEqualTo(3);
        }
    }
}
