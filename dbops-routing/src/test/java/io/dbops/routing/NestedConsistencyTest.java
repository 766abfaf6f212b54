package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units inside units whose reads must see something else: they see it, or are refused. */
@DbOpsCluster(replicas = 1)
class NestedConsistencyTest {

    private final EmbeddedCluster cluster;
    private RoutedPair pair;
    private Transactions transactions;
    private Transactions strong;

    NestedConsistencyTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @BeforeEach
    void open() throws SQLException {
        pair = RoutedPair.over(cluster);
        transactions = Transactions.over(pair.routed);
        strong = transactions.on(pair.routed.dataSource(Consistency.strong()));
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aReadThatMustSeeMoreIsRefusedInsideOneThatMayBeOnAReplica() {
        assertThatThrownBy(
                        () -> transactions.read(outer -> strong.named("balance").read(RoutedPair::node)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "unit of work \"balance\" asks for another consistency than the transaction it is inside of,"
                                + " which only reads and may be served by a replica; ask for the same there, or begin it"
                                + " outside");
    }

    @Test
    void aReadThatMustSeeMoreIsOnThePrimaryInsideOneThatWrites() throws Exception {
        String node = transactions.write(outer -> strong.<String, RuntimeException>read(RoutedPair::node));
        assertThat(node).isEqualTo("db-1");
    }

    @Test
    void aReadThatMustSeeTheSameIsAPartOfTheOuterOne() throws Exception {
        Transactions again = transactions.on(pair.routed.dataSource(Consistency.strong()));
        strong.read(outer -> {
            assertThat(again.<Connection, RuntimeException>read(inner -> inner)).isSameAs(outer);
            return true;
        });
    }

    @Test
    void viewsThatPromiseTheSameAreEqual() {
        DataSource bounded = pair.routed.dataSource(Consistency.bounded(Duration.ofSeconds(30)));
        assertThat(pair.routed.dataSource(Consistency.bounded(Duration.ofSeconds(30))))
                .isEqualTo(bounded)
                .hasSameHashCodeAs(bounded);
        assertThat(pair.routed.dataSource(Consistency.bounded(Duration.ofSeconds(31))))
                .isNotEqualTo(bounded);
        assertThat(pair.session.dataSource())
                .isEqualTo(pair.session.dataSource())
                .isNotEqualTo(pair.routed.session().dataSource())
                .isNotEqualTo(pair.routed.dataSource(Consistency.session()));
    }
}
