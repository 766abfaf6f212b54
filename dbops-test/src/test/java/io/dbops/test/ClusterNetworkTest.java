package io.dbops.test;

import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Faults between clients, standbys and real servers. */
@DbOpsCluster(replicas = 1, proxied = true, settings = "wal_receiver_timeout = 2s")
final class ClusterNetworkTest {
    private final EmbeddedCluster cluster;
    private final EmbeddedNode primary;
    private final EmbeddedNode replica;

    ClusterNetworkTest(EmbeddedCluster cluster, EmbeddedNode primary) {
        this.cluster = cluster;
        this.primary = primary;
        this.replica = cluster.replicas().get(0);
    }

    @BeforeEach
    void createRows() throws SQLException {
        Rows.create(primary);
        cluster.awaitCaughtUp(PATIENCE);
    }

    @AfterEach
    void heal() {
        cluster.nodes().forEach(node -> node.network().heal());
        cluster.awaitCaughtUp(PATIENCE);
    }

    @Test
    void clientsAndStandbysComeThroughTheProxy() throws SQLException {
        assertThat(primary.port()).isEqualTo(primary.network().port());
        assertThat(primary.network().connections()).isPositive();
        assertThat(replica.network().connections()).isZero();
        try (Connection connection = replica.connect()) {
            assertThat(connection.isValid(5)).isTrue();
            assertThat(replica.network().connections()).isOne();
        }
    }

    @Test
    void cutOffReplicaCatchesUpWhenTheNetworkHeals() throws SQLException {
        primary.network().drop();
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO rows (name) VALUES ('cut off')");
        }
        assertThatThrownBy(() -> cluster.awaitCaughtUp(Duration.ofMillis(100))).isInstanceOf(ClusterException.class);
        assertThat(Rows.count(replica, "cut off")).isZero();

        primary.network().heal();
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(Rows.count(replica, "cut off")).isOne();
    }

    @Test
    void commitOverHalfOpenConnectionIsDurableButNotAnswered() throws SQLException {
        var timeouts = Executors.newSingleThreadExecutor();
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO rows (name) VALUES ('unanswered')");
            connection.setNetworkTimeout(timeouts, 300);
            primary.network().halfOpen();

            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
        } finally {
            timeouts.shutdown();
        }
        primary.network().heal();
        assertThat(Await.within(PATIENCE, () -> Rows.count(primary, "unanswered") == 1))
                .isTrue();
    }

    @Test
    void resetBreaksConnectionsOnce() throws SQLException {
        try (Connection connection = primary.connect()) {
            primary.network().reset();
            assertThatThrownBy(() -> Rows.count(connection, "any")).isInstanceOf(SQLException.class);
        }
        assertThat(Rows.count(primary, "any")).isZero();
    }

    @Test
    void refusedNodeCannotBeConnectedTo() {
        replica.network().refuse();
        assertThatThrownBy(replica::connect).isInstanceOf(SQLException.class);
    }

    @Test
    void portsStayWhenTheServerRestarts() throws SQLException {
        int port = replica.port();
        replica.restart();
        assertThat(replica.port()).isEqualTo(port);
        assertThat(Rows.count(replica, "any")).isZero();
    }
}
