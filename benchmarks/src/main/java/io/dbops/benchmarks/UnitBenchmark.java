package io.dbops.benchmarks;

import dev.failsafe.Failsafe;
import dev.failsafe.RetryPolicy;
import io.dbops.retry.Retries;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.Transactions;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
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
import org.springframework.retry.support.RetryTemplate;

/**
 * What it costs that a unit of work could be run again, when it goes through at once and the server costs nothing: a
 * connection of the router, one update, a commit.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UnitBenchmark {

    private static final String SQL = "update orders set n = n + 1";

    /** Who runs the unit. */
    public enum Runner {
        /** Nobody: the same calls in a row. */
        BY_HAND,
        /** Doors without retries. */
        DBOPS_ONCE,
        /** Doors with retries. */
        DBOPS,
        /** Doors with retries and meters. */
        DBOPS_METERS,
        /** Resilience4j around the calls. */
        RESILIENCE4J,
        /** Failsafe around the calls. */
        FAILSAFE,
        /** Spring Retry around the calls. */
        SPRING_RETRY
    }

    /** The unit of work, and who runs it. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init")
    public static class Units {

        /** Who is measured. */
        @Param
        public Runner runner;

        private StubCluster cluster;
        private DataSource dataSource;
        private Callable<Integer> unit;

        /** Opens pools and router, and makes ready whoever runs the unit. */
        @Setup
        public void open() {
            cluster = new StubCluster();
            dataSource = cluster.routed();
            Retries retries = Retries.attempts(8);
            unit = switch (runner) {
                case BY_HAND -> this::byHand;
                case DBOPS_ONCE -> through(Transactions.over(dataSource));
                case DBOPS ->
                    through(Transactions.over(dataSource, retries.open("app", null), EnclosingTransaction.NONE));
                case DBOPS_METERS ->
                    through(Transactions.over(
                                    dataSource,
                                    retries.open("app", new SimpleMeterRegistry()),
                                    EnclosingTransaction.NONE)
                            .named("unit"));
                case RESILIENCE4J -> {
                    Retry retry =
                            Retry.of("unit", RetryConfig.custom().maxAttempts(8).build());
                    yield () -> retry.executeCallable(this::byHand);
                }
                case FAILSAFE -> {
                    RetryPolicy<Object> policy = RetryPolicy.builder()
                            .withMaxRetries(7)
                            .withBackoff(Duration.ofMillis(2), Duration.ofMillis(200))
                            .build();
                    yield () -> Failsafe.with(policy).get(this::byHand);
                }
                case SPRING_RETRY -> {
                    RetryTemplate template = RetryTemplate.builder()
                            .maxAttempts(8)
                            .exponentialBackoff(2, 3, 200, true)
                            .build();
                    yield () -> template.execute(context -> byHand());
                }
            };
        }

        private static Callable<Integer> through(Transactions transactions) {
            return () -> transactions.write(UnitBenchmark::update);
        }

        private int byHand() throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setAutoCommit(false);
                int updated = update(connection);
                connection.commit();
                return updated;
            }
        }

        /** Closes pools and router. */
        @TearDown
        public void close() {
            cluster.close();
        }
    }

    private static int update(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            return statement.executeUpdate();
        }
    }

    /** A unit that goes through at once. */
    @Benchmark
    public int unit(Units units) throws Exception {
        return units.unit.call();
    }
}
