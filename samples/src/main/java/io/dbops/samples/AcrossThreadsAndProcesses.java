package io.dbops.samples;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.Session;
import io.dbops.TokenFormat;
import io.dbops.pool.FittedPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.tx.Transactions;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What one thread, one request or one process wrote is seen by another: by a handle, by a key, and by a token.
 *
 * <p>Arguments: user, password and the URLs of two servers of one cluster.
 */
public final class AcrossThreadsAndProcesses {

    private static final byte[] KEY = "16 random bytes or more".getBytes(StandardCharsets.US_ASCII);

    private AcrossThreadsAndProcesses() {}

    /**
     * Runs the sample.
     *
     * @param args user, password, URL, URL
     * @throws Exception if something fails
     */
    public static void main(String[] args) throws Exception {
        var credentials = Credentials.of(args[0], args[1]);
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try (DbOps web = open("web", credentials, args[2], args[3]);
                DbOps worker = open("worker", credentials, args[2], args[3])) {
            web.transactions().run(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("drop table if exists sample_orders; create table sample_orders (item text)");
                }
            });
            run(web, worker, executor);
        } finally {
            executor.shutdown();
        }
    }

    private static DbOps open(String name, Credentials credentials, String url1, String url2) {
        return DbOps.named(name)
                .node("db-1", url1, credentials)
                .node("db-2", url2, credentials)
                .pools(FittedPools.upTo(5).instances(2))
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .open();
    }

    private static void run(DbOps db, DbOps worker, ExecutorService executor) throws Exception {
        // tag::threads
        Session session = db.session();
        Transactions transactions = Transactions.over(session.dataSource());
        executor.submit(() -> transactions.write(c -> order(c, "a book"))).get();
        int acrossThreads =
                executor.submit(() -> transactions.read(c -> count(c))).get();
        // end::threads

        // tag::requests
        db.sessionFor("user 42").call(() -> db.transactions().write(c -> order(c, "a lamp")));
        int acrossRequests =
                db.sessionFor("user 42").call(() -> db.transactions().read(c -> count(c)));
        // end::requests

        // tag::processes
        var format = TokenFormat.signed(KEY); // the same key in both processes
        Session writing = db.session();
        writing.call(() -> db.transactions().write(c -> order(c, "a chair")));
        String header = format.text(writing.token()); // into a header, a cookie, a message
        int acrossProcesses = worker.resume(format.parse(header))
                .call(() -> worker.transactions().read(c -> count(c)));
        // end::processes
        System.out.println(acrossThreads + ", " + acrossRequests + ", " + acrossProcesses + " orders seen");
    }

    private static int order(Connection connection, String item) throws SQLException {
        try (var insert = connection.prepareStatement("insert into sample_orders values (?)")) {
            insert.setString(1, item);
            return insert.executeUpdate();
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from sample_orders")) {
            row.next();
            return row.getInt(1);
        }
    }
}
