package io.dbops.samples.tour;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.PoolStatus;
import io.dbops.pool.FleetPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.tx.Transactions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One instance of an application, in a JVM of its own: works all the time, and answers each line of its standard input
 * with its share and an empty line. Ends when there is no more input.
 */
final class FleetInstance {

    /** More threads than any share. */
    private static final int THREADS = 40;

    private static final Duration STALE = Duration.ofSeconds(1);

    private FleetInstance() {}

    /** What all instances divide, instead of the whole server. */
    static FleetPools pools() {
        return FleetPools.reserving(0).budget(40).instances(3);
    }

    /**
     * Runs the instance.
     *
     * @param args the node's URL and the user; the password is in the environment
     */
    public static void main(String[] args) throws IOException {
        Credentials credentials = Credentials.of(args[1], System.getenv("TOUR_PASSWORD"));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS, FleetInstance::daemon);
        try (var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                DbOps db = DbOps.named("fleet")
                        .node("db-1", args[0], credentials)
                        .pools(pools())
                        .routing(LagAwareRouting.within(STALE))
                        .open()) {
            for (int i = 0; i < THREADS; i++) {
                threads.execute(() -> work(db.transactions()));
            }
            while (input.readLine() != null) {
                PoolStatus pool = db.pools().get(0);
                System.out.println(pool.most() + " " + pool.open());
                System.out.println(pool.format());
                System.out.println();
            }
        }
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work, "work");
        thread.setDaemon(true);
        return thread;
    }

    private static void work(Transactions transactions) {
        while (true) {
            try {
                transactions.write(FleetInstance::query);
            } catch (SQLException | RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
        }
    }

    private static boolean query(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.execute("select pg_sleep(0.02)");
        }
    }
}
