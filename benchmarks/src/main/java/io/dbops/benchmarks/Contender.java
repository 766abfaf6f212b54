package io.dbops.benchmarks;

import io.dbops.Session;
import io.dbops.routing.RoutedDataSource;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;

/** A way to come by connections: each over stub servers of the same kind, through HikariCP pools of the same settings. */
public enum Contender {

    /** One HikariCP pool: what the others are compared with. */
    HIKARI("HikariCP") {
        @Override
        DataSource over(StubCluster cluster) {
            return cluster.primary();
        }
    },

    /** Spring's {@link AbstractRoutingDataSource} over two pools, chosen at random when a connection is taken. */
    SPRING_ROUTING("Spring AbstractRoutingDataSource") {
        @Override
        DataSource over(StubCluster cluster) {
            var routing = new AbstractRoutingDataSource() {
                @Override
                protected Object determineCurrentLookupKey() {
                    return ThreadLocalRandom.current().nextInt(2);
                }
            };
            routing.setTargetDataSources(Map.of(0, cluster.replica(1), 1, cluster.replica(2)));
            routing.afterPropertiesSet();
            return routing;
        }
    },

    /** Spring's {@link LazyConnectionDataSourceProxy}, one pool for writes and one for reads. */
    SPRING_LAZY("Spring LazyConnectionDataSourceProxy") {
        @Override
        DataSource over(StubCluster cluster) {
            var proxy = new LazyConnectionDataSourceProxy(cluster.primary());
            proxy.setReadOnlyDataSource(cluster.replica(1));
            proxy.afterPropertiesSet();
            return proxy;
        }
    },

    /** The least that keeps the bound and the session. */
    FLOOR("floor") {
        @Override
        DataSource over(StubCluster cluster) {
            return new Floor(cluster.primary(), List.of(cluster.replica(1), cluster.replica(2)));
        }
    },

    /** The least that keeps every rule. */
    NECESSARY("necessary") {
        @Override
        DataSource over(StubCluster cluster) {
            return new Necessary(cluster.primary(), List.of(cluster.replica(1), cluster.replica(2)));
        }
    },

    /** The AWS Advanced JDBC Wrapper with its plugin {@code srw}, which changes servers at {@code setReadOnly}. */
    AWS_SRW("AWS wrapper, srw") {
        @Override
        DataSource over(StubCluster cluster) throws SQLException {
            return cluster.awsWrapped();
        }
    },

    /** dbops over a primary and two replicas, all threads in the process-wide session. */
    DBOPS("dbops") {
        @Override
        DataSource over(StubCluster cluster) {
            return cluster.routed();
        }
    },

    /** The same, each thread in a session that it has entered. */
    DBOPS_SESSION("dbops, in a session") {
        @Override
        DataSource over(StubCluster cluster) {
            return cluster.routed();
        }

        @Override
        Session.Scope enter(DataSource dataSource) {
            return ((RoutedDataSource) dataSource).session().enter();
        }
    };

    private final String title;

    Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The data source, of pools that the cluster closes. */
    abstract DataSource over(StubCluster cluster) throws SQLException;

    /** What a thread does before it takes connections, and ends after. */
    Session.Scope enter(DataSource dataSource) {
        return () -> {};
    }
}
