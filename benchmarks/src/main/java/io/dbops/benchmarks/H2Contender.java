package io.dbops.benchmarks;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import javax.sql.DataSource;

/** A way to come by connections to H2, for who reads SQL and wants a product that it knows. */
public enum H2Contender {

    /** One HikariCP pool. */
    HIKARI("HikariCP") {
        @Override
        DataSource over(Map<String, HikariDataSource> pools) {
            return requireNonNull(pools.get("replica_1"));
        }
    },

    /** ShardingSphere-JDBC, which sends what reads by its text to the replicas in turn. */
    SHARDINGSPHERE("ShardingSphere") {
        @Override
        DataSource over(Map<String, HikariDataSource> pools) throws ReflectiveOperationException {
            try {
                // By name: its 174 artifacts are on the class path with the profile "peers" only.
                return (DataSource)
                        Class.forName("org.apache.shardingsphere.driver.api.yaml.YamlShardingSphereDataSourceFactory")
                                .getMethod("createDataSource", Map.class, byte[].class)
                                .invoke(null, pools, RULES.getBytes(StandardCharsets.UTF_8));
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException("ShardingSphere is not on the class path: add -Ppeers", e);
            }
        }
    };

    private static final String RULES = """
            databaseName: app
            rules:
            - !READWRITE_SPLITTING
              dataSourceGroups:
                group:
                  writeDataSourceName: primary
                  readDataSourceNames: [replica_1, replica_2]
                  loadBalancerName: in_turn
              loadBalancers:
                in_turn:
                  type: ROUND_ROBIN
            - !SINGLE
              tables: ["*.*"]
            """;

    private final String title;

    H2Contender(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The data source, of the pools primary, replica_1 and replica_2, which the caller closes. */
    abstract DataSource over(Map<String, HikariDataSource> pools) throws ReflectiveOperationException;
}
