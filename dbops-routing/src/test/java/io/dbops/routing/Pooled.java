package io.dbops.routing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** HikariCP pools over a test cluster, as an application would have them. */
final class Pooled implements AutoCloseable {

    private final List<HikariDataSource> pools = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();

    static Pooled over(EmbeddedCluster cluster) {
        return over(cluster, 8);
    }

    static Pooled over(EmbeddedCluster cluster, int size) {
        var pooled = new Pooled();
        for (EmbeddedNode node : cluster.nodes()) {
            pooled.add(node, size);
        }
        return pooled;
    }

    private void add(EmbeddedNode node, int size) {
        HikariDataSource pool = open(node, size);
        pools.add(pool);
        nodes.add(Node.of(node.name(), pool, node.dataSource()));
    }

    static HikariDataSource open(EmbeddedNode node, int size) {
        var config = new HikariConfig();
        config.setPoolName("app-" + node.name());
        config.setJdbcUrl(node.url());
        config.setUsername(node.user());
        config.setPassword(node.password());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("readOnlyMode", "always");
        return new HikariDataSource(config);
    }

    List<Node> nodes() {
        return nodes;
    }

    DataSource pool(int index) {
        return pools.get(index);
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
    }
}
