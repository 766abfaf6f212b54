package io.dbops.samples.tour;

import io.dbops.DbOps;
import io.dbops.RoutingDecision;
import io.dbops.tx.Transactions;
import java.time.Duration;

/** Scene 3: a write goes to the primary, reads to the replicas, and one's own write is never missing. */
final class SpreadingReads {

    private static final int READS = 1_000;
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private SpreadingReads() {}

    static void play(Screen screen, DbOps db) throws Exception {
        screen.scene("Reads go to the replicas, and still see their own writes");
        Transactions transactions = db.transactions();
        transactions.run(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute(
                        "create table orders (id bigint generated always as identity primary key, item text)");
            }
        });
        screen.say("A write, and at once a read of the same session. Nothing asks a server whether the write has"
                + " arrived: the router compares two numbers it has.");
        screen.gap();
        RoutingDecision write = Served.write(transactions);
        Stopwatch watch = Stopwatch.started();
        RoutingDecision first = Served.read(transactions);
        Stopwatch.until(LIMIT, "a replica proven to have the write", () -> isOnReplica(Served.read(transactions)));
        Duration offloaded = watch.elapsed();
        screen.show(Served.format(write, "1 write"));
        screen.show(Served.format(first, "1 read"));
        screen.gap();
        screen.say(
                "%s later a replica was proven to have it, and %,d more reads went there:",
                Screen.millis(offloaded), READS);
        screen.gap();
        Served served = Served.reads(READS, transactions);
        screen.show(served.format());
        screen.gap();
        int onReplicas = served.by("db-2") + served.by("db-3");
        BrokenPromiseException.unless(
                onReplicas > READS / 2, "only " + onReplicas + " of " + READS + " reads went to a replica");
        screen.held("%,d of %,d reads left the primary alone", onReplicas, READS);
    }

    static boolean isOnReplica(RoutingDecision decision) {
        return decision.reason() == RoutingDecision.Reason.FRESH_REPLICA;
    }
}
