package io.dbops.benchmarks.failover;

import io.dbops.test.ClusterException;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One failover under steady clients: the primary and all its processes are killed, the replica that has received most is
 * promoted at once, the other one follows it. Afterwards the cluster is whole again.
 */
final class Round {

    /** Long enough for pools to fill and the monitors to have seen all nodes several times. */
    private static final Duration STEADY = Duration.ofSeconds(3);

    /** After all writers are back: whether they stay. */
    private static final Duration SETTLED = Duration.ofSeconds(1);

    /** Who has not come back by then has not come back. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private static final Duration CLUSTER_LIMIT = Duration.ofSeconds(30);

    private final EmbeddedCluster cluster;

    Round(EmbeddedCluster cluster) {
        this.cluster = cluster;
    }

    Outcome run(Contender contender) throws Exception {
        execute(cluster.primary(), "create table if not exists " + Clients.TABLE + " (id bigint primary key)");
        execute(cluster.primary(), "truncate " + Clients.TABLE);
        cluster.awaitCaughtUp(CLUSTER_LIMIT);
        try (Contender.Opened opened = contender.open(cluster);
                Clients clients = Clients.start(opened.writes(), opened.reads())) {
            within(STEADY, () -> false);
            if (!clients.allWriteTo(cluster.primary().port())) {
                throw new IllegalStateException(
                        contender.title() + " does not write: " + Outcome.lastFailure(clients.writes()));
            }
            return failOver(clients);
        } finally {
            heal();
        }
    }

    private Outcome failOver(Clients clients) throws SQLException {
        try (Witness one = Witness.of(cluster.replicas().get(0));
                Witness other = Witness.of(cluster.replicas().get(1))) {
            long killed = System.nanoTime();
            cluster.primary().kill();
            boolean first = one.received() >= other.received();
            Witness next = first ? one : other;
            CompletableFuture<Long> promoted = CompletableFuture.supplyAsync(next::promotion);
            next.node().promote();
            follow((first ? other : one).node(), next.node());
            within(LIMIT, () -> clients.allWriteTo(next.node().port()));
            within(SETTLED, () -> false);
            clients.close();
            return Outcome.of(clients, killed, promoted.join(), next.node().port(), ids(next.node()));
        }
    }

    private static void follow(EmbeddedNode other, EmbeddedNode next) {
        try {
            other.follow(next);
        } catch (ClusterException e) {
            // It had received what the promoted one had not.
            other.reclone();
        }
    }

    private void heal() {
        for (EmbeddedNode node : cluster.replicas()) {
            if (!node.isRunning()) {
                node.reclone();
            }
        }
        cluster.awaitCaughtUp(CLUSTER_LIMIT);
    }

    private static Set<Long> ids(EmbeddedNode node) throws SQLException {
        var ids = new HashSet<Long>();
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from " + Clients.TABLE)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }

    private static void execute(EmbeddedNode node, String sql) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void within(Duration limit, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && System.nanoTime() - start < limit.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }
}
