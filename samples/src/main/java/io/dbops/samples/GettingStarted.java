package io.dbops.samples;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.pool.FittedPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import java.time.Duration;

/**
 * The program of {@code docs/getting-started.md}: from an empty class to a read that a replica serves.
 *
 * <p>Arguments: user, password and the URLs of two servers of one cluster; without them, a cluster is started.
 */
public final class GettingStarted {

    private GettingStarted() {}

    /**
     * Runs the sample.
     *
     * @param args none, or user, password, URL, URL
     * @throws Exception if something fails
     */
    public static void main(String[] args) throws Exception {
        if (args.length == 4) {
            run(args[0], args[1], args[2], args[3]);
            return;
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1)) {
            var node = cluster.primary();
            run(
                    node.user(),
                    node.password(),
                    node.url(),
                    cluster.replicas().get(0).url());
        }
    }

    private static void run(String user, String password, String url1, String url2) throws Exception {
        // tag::open
        Credentials credentials = Credentials.of(user, password);
        try (DbOps db = DbOps.named("orders")
                .node("db-1", url1, credentials)
                .node("db-2", url2, credentials)
                .pools(FittedPools.upTo(10).instances(2).reserving(5))
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .open()) {
            System.out.println(db.topology().format());
            // end::open
            // tag::write
            db.transactions().run(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("create table if not exists sample_greetings (text text)");
                    statement.execute("insert into sample_greetings values ('hello')");
                }
            });
            String greeting = db.transactions().read(connection -> {
                try (var statement = connection.createStatement();
                        var row = statement.executeQuery("select text from sample_greetings")) {
                    return row.next() ? row.getString(1) : "nothing";
                }
            });
            System.out.println(greeting); // always "hello": a read sees what its session wrote
            // end::write
            // tag::replica
            long start = System.nanoTime();
            RoutingDecision decision;
            do {
                Thread.sleep(10);
                decision = db.transactions().read(connection -> connection.unwrap(RoutingDecision.class));
                long millis = (System.nanoTime() - start) / 1_000_000;
                System.out.println(millis + " ms later: " + decision.node() + ", for "
                        + decision.reason().phrase());
            } while (decision.reason() != RoutingDecision.Reason.FRESH_REPLICA);
            // end::replica
        }
    }
}
