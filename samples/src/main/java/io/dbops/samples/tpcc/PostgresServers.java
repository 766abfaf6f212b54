package io.dbops.samples.tpcc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.DbOps;
import io.dbops.Freshness;
import io.dbops.dialect.Role;
import io.dbops.retry.CommitMarkers;
import io.dbops.retry.Retries;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * PostgreSQL: a primary, a synchronous standby without which nothing is acknowledged, and a proxy before each, over which
 * units of work reach them. The watches have ways of their own.
 */
final class PostgresServers implements Servers {

    /** Seconds that a client waits for an answer. */
    static final int PATIENCE = 1;

    private final EmbeddedCluster cluster;
    private final Map<String, FaultProxy> networks = new LinkedHashMap<>();
    private final List<HikariDataSource> pools = new ArrayList<>();
    private final PostgresFaults faults;

    PostgresServers(SplittableRandom random) throws SQLException {
        cluster = EmbeddedCluster.builder()
                .replicas(1)
                .setting("deadlock_timeout", "100ms")
                .start();
        cluster.nodes().forEach(node -> networks.put(node.name(), FaultProxy.to("127.0.0.1", node.port())));
        faults = new PostgresFaults(cluster, networks, random);
        CommitMarkers.standard().create(cluster.primary().dataSource());
    }

    @Override
    public String version() {
        return "PostgreSQL " + cluster.serverVersion();
    }

    @Override
    public Connection connect() throws SQLException {
        return cluster.primary().connect();
    }

    @Override
    public DbOps open(Retries retries) throws SQLException {
        faults.replicateSynchronously();
        var builder = DbOps.named("tpcc")
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .retries(retries.proving(CommitMarkers.standard()));
        for (EmbeddedNode node : cluster.nodes()) {
            builder.node(node.name(), pool(node), node.dataSource());
        }
        DbOps db = builder.open();
        awaitWell(db);
        return db;
    }

    private HikariDataSource pool(EmbeddedNode node) {
        var config = new HikariConfig();
        config.setJdbcUrl(node.url().replace(":" + node.port() + "/", ":" + port(node) + "/"));
        config.setUsername(node.user());
        config.setPassword(node.password());
        config.addDataSourceProperty("readOnlyMode", "always");
        config.addDataSourceProperty("connectTimeout", PATIENCE);
        config.addDataSourceProperty("socketTimeout", PATIENCE);
        config.setMaximumPoolSize(16);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(3_000);
        config.setValidationTimeout(500);
        config.setInitializationFailTimeout(-1);
        var pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    private int port(EmbeddedNode node) {
        FaultProxy network = networks.get(node.name());
        if (network == null) {
            throw new IllegalStateException(node + " has no proxy");
        }
        return network.port();
    }

    @Override
    public Map<String, Fault> faults() {
        return faults.all();
    }

    @Override
    public void awaitWell(DbOps db) {
        faults.awaitSynchronous();
        Patience.until(
                "a replica serves reads",
                () -> db.topology().nodes().stream()
                        .allMatch(node -> node.freshness() instanceof Freshness.Known
                                && (node.role() == Role.PRIMARY)
                                        == node.name().equals(cluster.primary().name())));
    }

    @Override
    public void awaitQuiet() {
        faults.awaitQuiet();
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
        networks.values().forEach(FaultProxy::close);
        cluster.close();
    }
}
