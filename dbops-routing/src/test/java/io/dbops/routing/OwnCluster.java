package io.dbops.routing;

import io.dbops.Node;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.SQLException;
import java.util.List;

/**
 * A cluster of one test's own, whose servers it may promote and kill, with an empty table {@code t (id)} and a pool for
 * each node. Closing ends pools and servers.
 */
final class OwnCluster implements AutoCloseable {

    final EmbeddedCluster servers;
    final Pooled pools;

    private OwnCluster(EmbeddedCluster servers) throws SQLException {
        this.servers = servers;
        RoutedPair.createTable(servers);
        pools = Pooled.over(servers);
    }

    static OwnCluster start(int replicas) throws SQLException {
        return new OwnCluster(EmbeddedCluster.start(replicas));
    }

    static OwnCluster startProxied(int replicas) throws SQLException {
        return new OwnCluster(
                EmbeddedCluster.builder().replicas(replicas).proxied().start());
    }

    EmbeddedNode node(String name) {
        return servers.node(name);
    }

    /** All nodes, as a router is given them. */
    List<Node> nodes() {
        return pools.nodes();
    }

    @Override
    public void close() {
        pools.close();
        servers.close();
    }
}
