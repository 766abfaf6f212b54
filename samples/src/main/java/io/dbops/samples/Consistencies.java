package io.dbops.samples;

import io.dbops.Consistency;
import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.NoEligibleNodeException;
import io.dbops.RoutingDecision;
import io.dbops.pool.FittedPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The four things a read may ask for, of a replica that has just missed a write, and without falling back on the
 * primary.
 *
 * <p>Arguments: user, password and the URLs of two servers of one cluster; without them, a cluster is started, and its
 * replica stops replaying.
 */
public final class Consistencies {

    private Consistencies() {}

    /**
     * Runs the sample.
     *
     * @param args none, or user, password, URL, URL
     * @throws SQLException if the database refuses
     */
    public static void main(String[] args) throws SQLException {
        if (args.length == 4) {
            run(Credentials.of(args[0], args[1]), args[2], args[3], () -> {});
            return;
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1)) {
            var primary = cluster.primary();
            var replica = cluster.replicas().get(0);
            var credentials = Credentials.of(primary.user(), primary.password());
            run(credentials, primary.url(), replica.url(), replica::pauseReplay);
        }
    }

    private static void run(Credentials credentials, String url1, String url2, Runnable beforeTheWrite)
            throws SQLException {
        try (DbOps db = DbOps.named("levels")
                .node("db-1", url1, credentials)
                .node("db-2", url2, credentials)
                .pools(FittedPools.upTo(10))
                .routing(LagAwareRouting.within(Duration.ofSeconds(20))
                        .waitingForReplica(Duration.ofSeconds(1))
                        .sparingPrimary())
                .open()) {
            beforeTheWrite.run();
            db.transactions().run(connection -> {
                try (var statement = connection.createStatement()) {
                    statement.execute("create table if not exists sample_levels (level text)");
                }
            });
            levels().forEach((name, consistency) -> System.out.printf("%-14s %s%n", name, whoServes(db, consistency)));
        }
    }

    private static Map<String, Consistency> levels() {
        var levels = new LinkedHashMap<String, Consistency>();
        levels.put("eventual", Consistency.eventual()); // any state there ever was
        levels.put("bounded, 10 s", Consistency.bounded(Duration.ofSeconds(10))); // what is older than 10 s
        levels.put("session", Consistency.session()); // the default: what this session wrote
        levels.put("strong", Consistency.strong()); // everything: asks for the primary, and gets it
        return levels;
    }

    private static String whoServes(DbOps db, Consistency consistency) {
        try {
            RoutingDecision decision =
                    db.transactions(consistency).read(connection -> connection.unwrap(RoutingDecision.class));
            return decision.node() + ": " + decision.reason().phrase();
        } catch (NoEligibleNodeException e) {
            return "refused: " + e.getMessage();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
