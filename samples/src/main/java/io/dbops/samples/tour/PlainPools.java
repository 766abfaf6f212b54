package io.dbops.samples.tour;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;

/** What an application has without dbops: a HikariCP pool for each replica, and one of them drawn for each read. */
final class PlainPools implements AutoCloseable {

    private final List<HikariDataSource> replicas;

    private PlainPools(List<HikariDataSource> replicas) {
        this.replicas = replicas;
    }

    static PlainPools overReplicas(EmbeddedCluster cluster) {
        return new PlainPools(cluster.replicas().stream().map(PlainPools::open).toList());
    }

    private static HikariDataSource open(EmbeddedNode node) {
        var config = new HikariConfig();
        config.setPoolName("plain-" + node.name());
        config.setJdbcUrl(node.url());
        config.setUsername(node.user());
        config.setPassword(node.password());
        config.setMaximumPoolSize(10);
        return new HikariDataSource(config);
    }

    /** The routing of Spring's AbstractRoutingDataSource with a random key, and of most reader endpoints. */
    DataSource anyReplica() {
        return replicas.get(ThreadLocalRandom.current().nextInt(replicas.size()));
    }

    @Override
    public void close() {
        replicas.forEach(HikariDataSource::close);
    }
}
