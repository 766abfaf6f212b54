package io.dbops.benchmarks.storm;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.retry.RetryEvent;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;

/**
 * 24 threads on 4 hot rows of a real PostgreSQL that finds deadlocks after a second, as it comes: commits a second under
 * each policy, in turns.
 */
public final class StormBenchmark {

    private static final int THREADS = 24;
    private static final int ROWS = 4;

    private final EmbeddedCluster cluster;
    private final Duration time;
    private final List<Result> results = new ArrayList<>();

    private record Result(Workload workload, Policy policy, double commitsPerSecond, double attempts, long given) {}

    private StormBenchmark(EmbeddedCluster cluster, Duration time) {
        this.cluster = cluster;
        this.time = time;
    }

    /**
     * Runs it.
     *
     * @param arguments rounds, 2 if left out, and seconds for each policy in each, 20 if left out
     * @throws Exception if the server fails
     */
    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length == 0 ? 2 : Integer.parseInt(arguments[0]);
        int seconds = arguments.length < 2 ? 20 : Integer.parseInt(arguments[1]);
        try (var cluster = EmbeddedCluster.builder().replicas(0).start()) {
            System.out.println(cluster + ", JDK " + Runtime.version() + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors, " + THREADS + " threads, " + ROWS
                    + " rows, " + seconds + " s each");
            var benchmark = new StormBenchmark(cluster, Duration.ofSeconds(seconds));
            for (int round = 1; round <= rounds; round++) {
                for (Workload workload : Workload.values()) {
                    for (Policy policy : Policy.values()) {
                        if (List.of(policy.workloads()).contains(workload)) {
                            benchmark.run(workload, policy);
                        }
                    }
                }
            }
            benchmark.print();
        }
    }

    private void run(Workload workload, Policy policy) throws Exception {
        var attempts = new LongAdder();
        var commits = new LongAdder();
        var given = new LongAdder();
        try (HikariDataSource pool = pool()) {
            prepare(pool);
            Transactions transactions = policy.retries()
                    .listener(event -> {
                        if (event instanceof RetryEvent.Retried) {
                            attempts.increment();
                        }
                    })
                    .over(pool);
            long start = System.nanoTime();
            long end = start + time.toNanos();
            var done = new CountDownLatch(THREADS);
            for (int i = 0; i < THREADS; i++) {
                new Thread(() -> {
                            while (System.nanoTime() < end) {
                                try {
                                    workload.once(transactions, ROWS);
                                    if (System.nanoTime() < end) {
                                        commits.increment();
                                        attempts.increment();
                                    }
                                } catch (SQLException e) {
                                    given.increment();
                                }
                            }
                            done.countDown();
                        })
                        .start();
            }
            done.await();
        }
        double seconds = time.toNanos() / 1e9;
        var result = new Result(
                workload, policy, commits.sum() / seconds, (double) attempts.sum() / commits.sum(), given.sum());
        results.add(result);
        System.out.println(line(result));
    }

    private static String line(Result result) {
        return String.format(
                Locale.ROOT,
                "%-18s %-26s %9.1f commits/s  %6.2f attempts a commit  %d given up",
                result.workload().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                result.policy().title(),
                result.commitsPerSecond(),
                result.attempts(),
                result.given());
    }

    private HikariDataSource pool() {
        var config = new HikariConfig();
        config.setJdbcUrl(cluster.primary().url());
        config.setUsername(cluster.primary().user());
        config.setPassword(cluster.primary().password());
        config.setMaximumPoolSize(THREADS);
        config.setMinimumIdle(THREADS);
        config.setConnectionTimeout(Duration.ofMinutes(5).toMillis());
        return new HikariDataSource(config);
    }

    private static void prepare(HikariDataSource pool) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists hot");
            statement.execute("create table hot (id int primary key, amount int not null) with (fillfactor = 10)");
            statement.execute("insert into hot select i, 0 from generate_series(0, " + (ROWS - 1) + ") i");
        }
    }

    private void print() {
        double gated = best(Workload.TRANSFERS, Policy.GATED);
        double changes = best(Workload.READ_MODIFY_WRITE, Policy.GATED);
        double plain = results.stream()
                .filter(result -> result.workload() == Workload.READ_MODIFY_WRITE && result.policy() != Policy.GATED)
                .mapToDouble(Result::commitsPerSecond)
                .max()
                .orElse(Double.NaN);
        System.out.printf(
                Locale.ROOT,
                "%ntransfers: %.0f times as many with the gate as without; %.0f %% of those with rows locked in order%n"
                        + "read, modify, write: %.2f times as many with the gate as with the best plain waits%n",
                gated / best(Workload.TRANSFERS, Policy.UNGATED),
                100 * gated / best(Workload.ORDERED_TRANSFERS, Policy.ORDERED),
                changes / plain);
    }

    private double best(Workload workload, Policy policy) {
        return results.stream()
                .filter(result -> result.workload() == workload && result.policy() == policy)
                .mapToDouble(Result::commitsPerSecond)
                .max()
                .orElse(Double.NaN);
    }
}
