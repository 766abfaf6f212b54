package io.dbops.routing;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** HikariCP pools over a test cluster, as an application would have them; the watch on each node can be held. */
final class Pooled implements AutoCloseable {

    private final List<HikariDataSource> pools = new ArrayList<>();
    private final List<GatedDataSource> watches = new ArrayList<>();
    private final List<String> names = new ArrayList<>();

    static Pooled over(EmbeddedCluster cluster) {
        return over(cluster, config -> {});
    }

    static Pooled over(EmbeddedCluster cluster, Consumer<HikariConfig> custom) {
        var pooled = new Pooled();
        for (EmbeddedNode node : cluster.nodes()) {
            pooled.pools.add(open(node.url(), node.user(), node.password(), custom));
            pooled.watches.add(new GatedDataSource(node.dataSource()));
            pooled.names.add(node.name());
        }
        return pooled;
    }

    static HikariDataSource open(String url, String user, String password, Consumer<HikariConfig> custom) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(5_000);
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("readOnlyMode", "always");
        custom.accept(config);
        return new HikariDataSource(config);
    }

    List<Node> nodes() {
        return IntStream.range(0, names.size())
                .mapToObj(
                        i -> Node.of(names.get(i), pools.get(i), watches.get(i).dataSource()))
                .toList();
    }

    HikariDataSource pool(String node) {
        return pools.get(names.indexOf(node));
    }

    GatedDataSource watch(String node) {
        return watches.get(names.indexOf(node));
    }

    @Override
    public void close() {
        for (GatedDataSource watch : watches) {
            watch.questions.open();
            watch.answers.open();
        }
        pools.forEach(HikariDataSource::close);
    }
}
