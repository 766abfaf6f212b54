package io.dbops.samples.tpcc;

import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.retry.Retries;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;

/**
 * Clients work while everything breaks; then it is waited until all is well again, and looked at what is there.
 *
 * @param product whose servers
 * @param scale how large the company is
 * @param duration how long the clients work, at least; longer if some fault has not struck by then
 * @param threads how many transactions run at a time
 * @param seed draws what is asked for and what breaks; real servers and threads make another history of it each time
 */
record Run(Servers.Product product, Scale scale, Duration duration, int threads, long seed) {

    Report play() throws SQLException, InterruptedException, ExecutionException {
        var random = new SplittableRandom(seed);
        Books books = Books.empty();
        try (Servers servers = product.start(random.split())) {
            try (Connection connection = servers.connect()) {
                Schema.create(connection);
                Loader.load(connection, scale, random.split());
            }
            var retries = Retries.attempts(20).deadline(Duration.ofSeconds(20)).listener(books.tally());
            Duration took;
            Map<String, Long> struck;
            Map<RoutingDecision, Long> decisions;
            try (DbOps db = servers.open(retries);
                    var terminals = new Terminals(threads, scale, db, random.split(), books)) {
                long start = System.nanoTime();
                struck = new Trouble(servers, db, new Random(seed)).make(duration, terminals::isBroken);
                terminals.stop();
                took = Duration.ofNanos(System.nanoTime() - start);
                decisions = db.decisions();
            }
            servers.awaitQuiet();
            try (Connection connection = servers.connect()) {
                return new Report(servers.version(), took, books, struck, decisions, books.check(connection));
            }
        }
    }
}
