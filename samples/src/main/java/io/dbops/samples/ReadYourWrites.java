package io.dbops.samples;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.pool.FittedPools;
import io.dbops.retry.Retries;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Reads that see what was written before, from a replica as soon as one has it.
 *
 * <p>Arguments: user, password and the URLs of two servers of one cluster; without them, a cluster is started.
 */
public final class ReadYourWrites {

    private ReadYourWrites() {}

    /**
     * Runs the sample.
     *
     * @param args none, or user, password, URL, URL
     * @throws Exception if something fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 4) {
            run(Credentials.of(args[0], args[1]), args[2], args[3]);
            return;
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1)) {
            var node = cluster.primary();
            run(
                    Credentials.of(node.user(), node.password()),
                    node.url(),
                    cluster.replicas().get(0).url());
        }
    }

    private static void run(Credentials credentials, String url1, String url2) throws Exception {
        // tag::readme
        try (DbOps db = DbOps.named("orders")
                .node("db-1", url1, credentials) // which one is the primary is found out
                .node("db-2", url2, credentials)
                .pools(FittedPools.upTo(10))
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .retries(Retries.attempts(8).deadline(Duration.ofSeconds(10)))
                .open()) {
            db.transactions().run(connection -> createTable(connection));
            long id = db.transactions().write(connection -> insert(connection, "a book"));
            // Sees the insert: on the primary, or on a replica that is proven to have it.
            String item = db.transactions().read(connection -> find(connection, id));
            // A session for each request: it need not wait for the writes of the others.
            String reply = db.session().call(() -> handleRequest(db));
            System.out.println(item + ", " + reply + "\n" + db.topology().format());
        }
        // end::readme
    }

    /** What a request does: all of its reads see all of its writes, and need not see those of other requests. */
    private static String handleRequest(DbOps db) throws SQLException {
        long id = db.transactions().write(connection -> insert(connection, "a lamp"));
        return db.transactions().read(connection -> {
            RoutingDecision decision = connection.unwrap(RoutingDecision.class);
            return find(connection, id) + " from " + decision.node() + ", for "
                    + decision.reason().phrase();
        });
    }

    private static void createTable(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("create table if not exists sample_orders"
                    + " (id bigint generated always as identity primary key, item text not null)");
        }
    }

    private static long insert(Connection connection, String item) throws SQLException {
        try (var insert = connection.prepareStatement("insert into sample_orders (item) values (?) returning id")) {
            insert.setString(1, item);
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static String find(Connection connection, long id) throws SQLException {
        try (var query = connection.prepareStatement("select item from sample_orders where id = ?")) {
            query.setLong(1, id);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getString(1) : "nothing";
            }
        }
    }
}
