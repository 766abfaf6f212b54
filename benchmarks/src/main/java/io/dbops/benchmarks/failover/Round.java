package io.dbops.benchmarks.failover;

import io.dbops.test.ClusterException;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Comparator;
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
        EmbeddedNode old = cluster.primary();
        long killed = System.nanoTime();
        old.kill();
        EmbeddedNode next = mostAdvanced();
        CompletableFuture<Long> promoted = CompletableFuture.supplyAsync(() -> promotionOf(next));
        next.promote();
        for (EmbeddedNode other : cluster.replicas()) {
            if (other.isRunning()) {
                follow(other, next);
            }
        }
        within(LIMIT, () -> clients.allWriteTo(next.port()));
        within(SETTLED, () -> false);
        clients.close();
        return Outcome.of(clients, killed, promoted.join(), next.port(), ids(next));
    }

    /** The instant at which the server takes writes. {@code pg_promote} itself looks only ten times a second. */
    private static long promotionOf(EmbeddedNode node) {
        try (Connection connection = node.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            while (true) {
                long asked = System.nanoTime();
                try (ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        return asked;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the promotion of " + node + " was not seen", e);
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

    private EmbeddedNode mostAdvanced() {
        return cluster.replicas().stream()
                .filter(EmbeddedNode::isRunning)
                .max(Comparator.comparingLong(Round::received))
                .orElseThrow();
    }

    private static long received(EmbeddedNode node) {
        try (Connection connection = node.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_last_wal_receive_lsn() - '0/0'::pg_lsn")) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException("where " + node + " is cannot be seen", e);
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
