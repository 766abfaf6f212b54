package io.dbops.samples.tour;

import io.dbops.DbOps;
import io.dbops.Freshness;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Transactions;
import java.time.Duration;

/** Scene 4: replicas fall behind, reads leave them, and come back when they have caught up. */
final class LosingReplicas {

    private static final int READS = 200;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private final Screen screen;
    private final DbOps db;
    /** A session that has written nothing: only the bound of the router holds for it. */
    private final Transactions onlooker;

    private LosingReplicas(Screen screen, DbOps db) {
        this.screen = screen;
        this.db = db;
        onlooker = Transactions.over(db.session().dataSource());
    }

    static void play(Screen screen, EmbeddedCluster cluster, DbOps db) throws Exception {
        screen.scene("Replicas fall behind, and the reads leave them");
        new LosingReplicas(screen, db).play(cluster.node("db-2"), cluster.node("db-3"));
    }

    private void play(EmbeddedNode second, EmbeddedNode third) throws Exception {
        screen.say(
                "Replay stops on db-3 while the primary goes on. The server stays up and answers; only its data ages.");
        screen.gap();
        fallBehind(third);
        Served one = Served.reads(READS, onlooker);
        screen.show(db.topology().format());
        screen.gap();
        screen.show(one.format());
        screen.gap();
        BrokenPromiseException.unless(one.by("db-3") == 0, one.by("db-3") + " reads were served by db-3, which lags");
        screen.held("db-3 lacks more than 1 s: no read goes there");
        screen.gap();
        screen.say("Replay stops on db-2 too. Late is not an error, so the primary serves, and says why:");
        screen.gap();
        fallBehind(second);
        RoutingDecision none = Served.read(onlooker);
        screen.show(Served.format(none, "1 read"));
        screen.gap();
        BrokenPromiseException.unless(
                none.reason() == Reason.REPLICAS_TOO_STALE, "a read was served by " + none + ", not for staleness");
        comeBack(second, third);
    }

    private void fallBehind(EmbeddedNode node) throws Exception {
        node.pauseReplay();
        Served.write(db.transactions());
        Stopwatch.until(LIMIT, node.name() + " falls behind", () -> !isFresh(node));
    }

    private void comeBack(EmbeddedNode... nodes) throws Exception {
        Stopwatch watch = Stopwatch.started();
        for (EmbeddedNode node : nodes) {
            node.resumeReplay();
        }
        for (EmbeddedNode node : nodes) {
            Stopwatch.until(
                    LIMIT,
                    node.name() + " serves again",
                    () -> Served.read(onlooker).node().equals(node.name()));
        }
        screen.held("replay resumed: both replicas serve again after %s", Screen.millis(watch.elapsed()));
    }

    private boolean isFresh(EmbeddedNode node) {
        return db.topology().node(node.name()).freshness() instanceof Freshness.Known known
                && known.staleness().compareTo(OpeningDbOps.BOUND) <= 0;
    }
}
