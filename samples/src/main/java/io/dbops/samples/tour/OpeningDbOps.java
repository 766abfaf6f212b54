package io.dbops.samples.tour;

import static java.util.stream.Collectors.joining;

import io.dbops.ClusterEvent;
import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.pool.FittedPools;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import java.time.Duration;
import java.util.function.Consumer;

/** Scene 2: dbops opens the cluster and finds out who is who. */
final class OpeningDbOps {

    /** How stale a read may be that does not ask for anything else. */
    static final Duration BOUND = Duration.ofSeconds(1);

    private OpeningDbOps() {}

    static DbOps play(Screen screen, EmbeddedCluster cluster, Consumer<ClusterEvent> listener) {
        screen.scene("dbops opens it");
        screen.say("Addresses go in; roles are discovered, and pools are checked against what the servers allow.");
        screen.gap();
        screen.show(code(cluster));
        screen.gap();
        Stopwatch watch = Stopwatch.started();
        DbOps db = open(cluster, listener);
        Duration opened = watch.elapsed();
        screen.show(db.topology().format());
        screen.gap();
        screen.held("open in %s; how far behind a replica is was measured, not guessed", Screen.millis(opened));
        return db;
    }

    private static DbOps open(EmbeddedCluster cluster, Consumer<ClusterEvent> listener) {
        var builder = DbOps.named("tour")
                .pools(FittedPools.upTo(10))
                .routing(LagAwareRouting.within(BOUND).listener(listener));
        cluster.nodes()
                .forEach(node -> builder.node(node.name(), node.url(), Credentials.of(node.user(), node.password())));
        return builder.open();
    }

    private static String code(EmbeddedCluster cluster) {
        return cluster.nodes().stream()
                .map(node -> "        .node(\"" + node.name() + "\", \"" + node.url() + "\", credentials)\n")
                .collect(joining(
                        "",
                        "DbOps db = DbOps.named(\"tour\")\n",
                        "        .pools(FittedPools.upTo(10))\n        .routing(LagAwareRouting.within(ofSeconds(1)))\n"
                                + "        .open();"));
    }
}
