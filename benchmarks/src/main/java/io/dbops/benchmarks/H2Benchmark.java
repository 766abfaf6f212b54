package io.dbops.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The query of {@link RoutingBenchmark} on H2 in memory, which parses and executes it: beside a stub, only differences
 * to {@link H2Contender#HIKARI} say something.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class H2Benchmark {

    private static final String SQL = "select count(*) from orders";

    /** As many connections as {@link StubCluster} has. */
    private static final int POOL_SIZE = 16;

    /** The data source that all threads share. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init")
    public static class Source {

        /** Who is measured. */
        @Param
        public H2Contender contender;

        private final Map<String, HikariDataSource> pools = new LinkedHashMap<>();
        private DataSource dataSource;

        /** Opens three databases, of which only the replicas have a row, and fails if the contender reads elsewhere. */
        @Setup
        public void open() throws SQLException, ReflectiveOperationException {
            pools.put("primary", pool("primary", 0));
            pools.put("replica_1", pool("replica_1", 1));
            pools.put("replica_2", pool("replica_2", 1));
            dataSource = contender.over(pools);
            if (read() != 1) {
                throw new IllegalStateException(contender.title() + " does not read from a replica");
            }
        }

        private static HikariDataSource pool(String name, int rows) throws SQLException {
            var config = new HikariConfig();
            config.setPoolName(name);
            config.setJdbcUrl("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
            config.setUsername("sa");
            config.setPassword("");
            config.setMaximumPoolSize(POOL_SIZE);
            var pool = new HikariDataSource(config);
            try (Connection connection = pool.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create table orders (id int primary key)");
                for (int id = 1; id <= rows; id++) {
                    statement.execute("insert into orders values (" + id + ")");
                }
            }
            return pool;
        }

        private int read() throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(true);
                try (PreparedStatement statement = connection.prepareStatement(SQL);
                        ResultSet rows = statement.executeQuery()) {
                    rows.next();
                    return rows.getInt(1);
                }
            }
        }

        /** Closes the pools; H2's databases end with this JVM. */
        @TearDown
        public void close() {
            pools.values().forEach(HikariDataSource::close);
        }
    }

    /** A connection declared read-only, and one query of one row. */
    @Benchmark
    public int query(Source source) throws SQLException {
        return source.read();
    }
}
