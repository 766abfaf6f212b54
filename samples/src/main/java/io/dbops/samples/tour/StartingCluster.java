package io.dbops.samples.tour;

import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.util.stream.Collectors;

/** Scene 1: a real cluster, started from this JVM. */
final class StartingCluster {

    private StartingCluster() {}

    static EmbeddedCluster play(Screen screen) {
        screen.scene("A cluster starts");
        screen.say("Real servers, a primary and two streaming replicas, as child processes: no Docker, nothing"
                + " installed, gone when the tour ends.");
        screen.gap();
        Stopwatch watch = Stopwatch.started();
        EmbeddedCluster cluster = EmbeddedCluster.builder()
                .replicas(2)
                // Replay that is late on purpose must not cancel the reads that it meets.
                .setting("max_standby_streaming_delay", "-1")
                .start();
        screen.show(cluster.nodes().stream().map(StartingCluster::line).collect(Collectors.joining("\n")));
        screen.gap();
        screen.held("PostgreSQL %s, three nodes in %s", cluster.serverVersion(), Screen.seconds(watch.elapsed()));
        return cluster;
    }

    private static String line(EmbeddedNode node) {
        return Screen.format(
                "%s  %-7s  %s  pid %d", node.name(), node.isReplica() ? "replica" : "primary", node.url(), node.pid());
    }
}
