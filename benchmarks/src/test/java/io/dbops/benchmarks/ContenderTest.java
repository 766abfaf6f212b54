package io.dbops.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Consistency;
import io.dbops.Explanation;
import io.dbops.Router;
import io.dbops.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stub answers all that the contenders ask: nobody notices otherwise before the next comparison. */
final class ContenderTest {

    @ParameterizedTest
    @EnumSource
    void eachContenderReadsOverTheStub(Contender contender) throws SQLException {
        // Closing it fails if dbops did not read from a replica.
        try (StubCluster cluster = new StubCluster()) {
            DataSource dataSource = contender.over(cluster);
            try (Session.Scope scope = contender.enter(dataSource)) {
                assertThat(scope).isNotNull();
                if (dataSource instanceof Router router) {
                    awaitReplica(router);
                }
                try (Connection connection = dataSource.getConnection()) {
                    connection.setReadOnly(true);
                    try (PreparedStatement statement = connection.prepareStatement("select count(*) from orders");
                            ResultSet rows = statement.executeQuery()) {
                        assertThat(rows.next()).isTrue();
                    }
                }
            }
        }
    }

    /** A router has to see its replicas once, and again after what may have been a write. */
    private static void awaitReplica(Router router) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Explanation explanation = router.explain(Consistency.session());
        while (explanation.decision().filter(read -> read.reason().isReplica()).isEmpty()) {
            assertThat(System.nanoTime()).as(explanation.toString()).isLessThan(deadline);
            LockSupport.parkNanos(1_000_000);
            explanation = router.explain(Consistency.session());
        }
    }
}
