package io.dbops.benchmarks;

import io.dbops.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What it costs to come by a connection, and to run one query on it, when the server costs nothing.
 *
 * <p>The code of an operation is the same for all contenders, and each is measured in a JVM of its own.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RoutingBenchmark {

    private static final String SQL = "select count(*) from orders";
    private static final int OTHER_USES = 20_000;
    private static final long USED_FOR = TimeUnit.MILLISECONDS.toNanos(500);

    /** The data source that all threads share. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init")
    public static class Source {

        /** Who is measured. */
        @Param
        public Contender contender;

        private StubCluster cluster;
        private DataSource dataSource;

        /** Opens pools and routers, and uses them as an application does. */
        @Setup
        public void open() throws SQLException, InterruptedException {
            cluster = new StubCluster();
            dataSource = contender.over(cluster);
            for (int i = 0; i < OTHER_USES; i++) {
                useOtherwise();
            }
            // Nothing was read yet, and after the last write the replicas are given time to catch up.
            TimeUnit.MILLISECONDS.sleep(200);
            long start = System.nanoTime();
            while (System.nanoTime() - start < USED_FOR) {
                use();
            }
        }

        /** By one thread before there are eight: on two processors they leave the JIT no time. */
        private int use() throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(true);
                return read(connection);
            }
        }

        /** An application does not only run one kind of query: the JIT must not find that nothing else exists. */
        private void useOtherwise() throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                try (PreparedStatement update = connection.prepareStatement(SQL)) {
                    update.executeUpdate();
                }
                try (PreparedStatement insert = connection.prepareStatement(SQL, Statement.RETURN_GENERATED_KEYS)) {
                    insert.execute();
                }
                try (Statement statement = connection.createStatement()) {
                    statement.executeUpdate(SQL);
                }
                connection.setAutoCommit(false);
                connection.commit();
            }
        }

        /** Closes them, and fails if dbops did not serve from replicas. */
        @TearDown
        public void close() {
            cluster.close();
        }
    }

    /** The session that a thread is in, for those who know of sessions. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init")
    public static class Scoped {

        private Session.Scope scope;

        /** JMH may change threads between iterations. */
        @Setup(Level.Iteration)
        public void enter(Source source) {
            scope = source.contender.enter(source.dataSource);
        }

        /** Leaves the session. */
        @TearDown(Level.Iteration)
        public void leave() {
            scope.close();
        }
    }

    /** A connection declared read-only, and one query of one row. */
    @Benchmark
    public int query(Source source, Scoped scoped) throws SQLException {
        return source.use();
    }

    /** The same without the declaration: the least a pool can do. Means nothing for those who route by it. */
    @Benchmark
    public int undeclaredQuery(Source source, Scoped scoped) throws SQLException {
        try (Connection connection = source.dataSource.getConnection()) {
            return read(connection);
        }
    }

    private static int read(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL);
                ResultSet rows = statement.executeQuery()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** A connection taken and given back. Those that are lazy touch no pool. */
    @Benchmark
    public Connection checkout(Source source, Scoped scoped) throws SQLException {
        try (Connection connection = source.dataSource.getConnection()) {
            return connection;
        }
    }
}
