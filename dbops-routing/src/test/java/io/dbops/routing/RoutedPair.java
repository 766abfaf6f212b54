package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;

import com.zaxxer.hikari.HikariConfig;
import io.dbops.RoutingDecision;
import io.dbops.Session;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A router over a primary, {@code db-1}, and a replica, {@code db-2}, with an empty table {@code t (id)}: both are
 * measured, and the replica can be made to lack what a session wrote. Closing gives the cluster back as it was.
 */
final class RoutedPair implements AutoCloseable {

    static final String COUNT = "select count(*) from t";

    static final String INSERT = "insert into t select coalesce(max(id), 0) + 1 from t";

    /** So long that only a session's own writes keep a read from the replica. */
    static final LagAwareRouting LENIENT = LagAwareRouting.within(Duration.ofMinutes(1));

    final EmbeddedCluster cluster;
    final EmbeddedNode replica;
    final Pooled pools;
    final RoutedDataSource routed;
    final Session session;

    private RoutedPair(EmbeddedCluster cluster, LagAwareRouting routing, Consumer<HikariConfig> custom)
            throws SQLException {
        this.cluster = cluster;
        replica = cluster.node("db-2");
        createTable(cluster);
        pools = Pooled.over(cluster, custom);
        routed = routing.wrap(pools.nodes());
        session = routed.session();
    }

    static RoutedPair over(EmbeddedCluster cluster) throws SQLException {
        return over(cluster, LENIENT, config -> {});
    }

    static RoutedPair over(EmbeddedCluster cluster, LagAwareRouting routing, Consumer<HikariConfig> custom)
            throws SQLException {
        return new RoutedPair(cluster, routing, custom);
    }

    static void createTable(EmbeddedCluster cluster) throws SQLException {
        execute(cluster.primary().dataSource(), "drop table if exists t");
        execute(cluster.primary().dataSource(), "create table t (id int primary key)");
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
    }

    /** A connection of the session, declared read-only, whose first statement the replica has served. */
    Connection onReplica() throws Exception {
        var found = new Connection[1];
        await("the replica serves", () -> {
            Connection connection = session.dataSource().getConnection();
            connection.setReadOnly(true);
            Queries.number(connection, COUNT);
            if (node(connection).equals("db-2")) {
                found[0] = connection;
                return true;
            }
            connection.close();
            return false;
        });
        return found[0];
    }

    static String node(Connection connection) throws SQLException {
        return connection.unwrap(RoutingDecision.class).node();
    }

    /** The session writes a row that the replica does not get to see. */
    void writeUnseenByReplica() throws SQLException {
        replica.pauseReplay();
        execute(session.dataSource(), INSERT);
    }

    /** What a read of the session sees that begins now. */
    int countOfOwnRead() throws SQLException {
        return Queries.read(session.dataSource(), COUNT).value();
    }

    int countOnPrimary() throws SQLException {
        return Queries.countOn(cluster.primary());
    }

    int connectionsInUse(String node) {
        return pools.pool(node).getHikariPoolMXBean().getActiveConnections();
    }

    @Override
    public void close() {
        routed.close();
        pools.close();
        for (EmbeddedNode node : cluster.nodes()) {
            if (!node.isRunning()) {
                node.start();
            }
        }
        replica.resumeReplay();
    }
}
