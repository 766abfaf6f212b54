package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.Queries.read;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.LENIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dbops.Node;
import io.dbops.RoutingDecision.Reason;
import io.dbops.Session;
import io.dbops.dialect.Backend;
import io.dbops.dialect.Observation;
import io.dbops.dialect.ServerIdentity;
import io.dbops.dialect.WalPosition;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.time.SystemClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** A write with an open outcome keeps its session on the primary, with no gap when the outcome is decided. */
@DbOpsCluster(replicas = 1)
class OpenOutcomeTest {

    private static final String SECOND_ADDRESS = "127.0.0.2";

    private final EmbeddedCluster cluster;

    OpenOutcomeTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    @AfterEach
    void restore() {
        cluster.node("db-2").resumeReplay();
    }

    @Test
    void aServerWatchedByAnotherAddressThanThePoolsIsTheSameServer() throws Exception {
        assumeTrue(isLocal(SECOND_ADDRESS), "this machine has one loopback address only");
        EmbeddedNode primary = cluster.node("db-1");
        EmbeddedNode replica = cluster.node("db-2");
        listenOnBothAddresses(primary);
        RoutedPair.createTable(cluster);
        try (Pooled pools = Pooled.over(cluster);
                RoutedDataSource routed = LENIENT.wrap(List.of(
                        Node.of("db-1", pools.pool("db-1"), at(SECOND_ADDRESS, primary)),
                        pools.nodes().get(1)))) {
            Session session = routed.session();
            await(
                    "the replica serves",
                    () -> read(session.dataSource(), COUNT).node().equals("db-2"));
            replica.pauseReplay();
            try (Connection connection = session.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                connection.setNetworkTimeout(Runnable::run, 500);
                assertThatThrownBy(() -> statement.executeUpdate("insert into t select 1 from pg_sleep(2)"))
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "08006");
            }
            await("the statement has committed, and the session sees it", () -> {
                boolean there = countOn(primary) == 1;
                assertThat(read(session.dataSource(), COUNT).value()).isGreaterThanOrEqualTo(there ? 1 : 0);
                return there;
            });
        }
    }

    private static boolean isLocal(String address) {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static void listenOnBothAddresses(EmbeddedNode node) throws Exception {
        try (Connection superuser = node.connectAsSuperuser();
                Statement statement = superuser.createStatement()) {
            statement.execute("alter system set listen_addresses = '127.0.0.1', '" + SECOND_ADDRESS + "'");
        }
        Files.writeString(
                node.dataDirectory().resolve("pg_hba.conf"),
                "host all all " + SECOND_ADDRESS + "/32 scram-sha-256\n",
                StandardOpenOption.APPEND);
        node.restart();
    }

    private static PGSimpleDataSource at(String address, EmbeddedNode node) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setUrl("jdbc:postgresql://" + address + ":" + node.port() + "/app");
        dataSource.setUser(node.user());
        dataSource.setPassword(node.password());
        return dataSource;
    }

    private static int countOn(EmbeddedNode node) throws SQLException {
        try (Connection connection = node.connect()) {
            return number(connection, COUNT);
        }
    }

    /**
     * A session has an open outcome, a replica is measured meanwhile, and then the outcome is decided: at no instant
     * may the replica serve. Between two rounds the session's last write is newer than the measurement.
     */
    @Test
    void aReplicaIsNeverAdmittedWhileAnOutcomeIsBeingDecided() {
        var address = new PGSimpleDataSource();
        var core = new RouterCore(
                LENIENT.options(),
                "test",
                List.of(
                        Node.of("db-1", address, new PGSimpleDataSource()),
                        Node.of("db-2", address, new PGSimpleDataSource())),
                null);
        RoutedNode primary = core.nodes().get(0);
        RoutedNode replica = core.nodes().get(1);
        var first = new ServerIdentity("7", "1", "", 0);
        var second = new ServerIdentity("7", "2", "", 0);
        // Nothing asks the connection anything: its stamp is all that is looked at.
        var stamp = new Stamp(replica, null, new Backend(second, 1, "1"), 0);
        var session = new SessionState(core);
        session.wrote(SystemClock.INSTANCE.nanos(), 1);

        var stop = new AtomicBoolean();
        CompletableFuture<Boolean> admitted = CompletableFuture.supplyAsync(() -> {
            boolean ever = false;
            while (!stop.get()) {
                ever |= session.view().requirement().admits(stamp, Reason.FRESH_REPLICA);
            }
            return ever;
        });
        long lsn = 1;
        long end = System.nanoTime() + Duration.ofMillis(1_500).toNanos();
        while (System.nanoTime() < end) {
            session.unsettle();
            long askedAt = SystemClock.INSTANCE.nanos();
            var position = new WalPosition(7, 1, lsn++);
            core.monitor().observed(primary, askedAt, new Observation.Primary(first, position, true));
            core.monitor().observed(replica, askedAt, new Observation.Replica(second, position));
            session.settle(SystemClock.INSTANCE.nanos());
        }
        stop.set(true);
        assertThat(admitted.join()).isFalse();
        // The test would see it: without a write the replica serves.
        assertThat(new SessionState(core).view().requirement().admits(stamp, Reason.FRESH_REPLICA))
                .isTrue();
    }
}
