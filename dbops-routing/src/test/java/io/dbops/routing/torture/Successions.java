package io.dbops.routing.torture;

import io.dbops.routing.torture.Trouble.Kind;
import io.dbops.routing.torture.WorkerProcess.Network;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;

/** Episodes after which another node is the primary. */
final class Successions {

    private static final String RECEIVED =
            "select coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'";

    private final Rig rig;
    private final SplittableRandom random;

    Successions(Rig rig, SplittableRandom random) {
        this.rig = rig;
        this.random = random;
    }

    /** The primary crashes; the replica that has most of it takes over. */
    Trouble failover() throws Exception {
        EmbeddedNode old = rig.cluster.primary();
        long begun = System.nanoTime();
        old.kill();
        Rig.hold(random.nextLong(500));
        EmbeddedNode next = furthest();
        EmbeddedNode other = other(next);
        long promoted = System.nanoTime();
        next.promote();
        Rig.hold(random.nextLong(1_500));
        other.follow(next);
        Rig.hold(random.nextLong(1_000, 3_000));
        old.reclone();
        return trouble(Kind.SUCCESSION, "failover", old, next, begun, promoted, begun);
    }

    /** A replica takes over that lacks what another has, which goes on serving its own history for a while. */
    Trouble failoverToLaggard() throws Exception {
        EmbeddedNode old = rig.cluster.primary();
        EmbeddedNode next = rig.cluster.replicas().get(random.nextInt(2));
        EmbeddedNode other = other(next);
        next.stop();
        Rig.hold(random.nextLong(200, 1_000));
        long begun = System.nanoTime();
        old.kill();
        next.start();
        long promoted = System.nanoTime();
        next.promote();
        Rig.hold(random.nextLong(1_000, 4_000));
        other.reclone();
        old.reclone();
        return trouble(Kind.SUCCESSION, "failover-to-laggard", old, next, begun, promoted, begun);
    }

    /** Some processes, and the replicas, lose the primary, which lives on for the others. */
    Trouble zombieByCut() throws Exception {
        return zombie("zombie-by-cut", Network::both);
    }

    /** As by cut, but who loses the primary loses only the watch on it: the connections of the pools go on. */
    Trouble zombieByBlinding() throws Exception {
        return zombie("zombie-by-blinding", network -> List.of(network.watch()));
    }

    /** A primary is cut off from some, another is promoted, then all see both, and in the end the old one is killed. */
    private Trouble zombie(String text, Function<Network, List<FaultProxy>> what) throws Exception {
        EmbeddedNode old = rig.cluster.primary();
        int cut = random.nextInt(Rig.PROCESSES + 1);
        Consumer<FaultProxy> how = random.nextBoolean() ? FaultProxy::drop : FaultProxy::refuse;
        long begun = System.nanoTime();
        old.network().refuse();
        for (WorkerProcess worker : rig.workers.subList(0, cut)) {
            what.apply(worker.network(old.name())).forEach(how);
        }
        Rig.hold(random.nextLong(500));
        EmbeddedNode next = furthest();
        EmbeddedNode other = other(next);
        long promoted = System.nanoTime();
        next.promote();
        if (random.nextBoolean()) {
            other.follow(next);
        }
        Rig.hold(random.nextLong(2_000, 4_000));
        rig.workers.forEach(worker -> worker.network(old.name()).both().forEach(FaultProxy::heal));
        Rig.hold(random.nextLong(500, 2_500));
        long ended = System.nanoTime();
        old.kill();
        other.reclone();
        old.reclone();
        old.network().heal();
        return trouble(Kind.ZOMBIE, text + " of " + cut + " processes", old, next, begun, promoted, ended);
    }

    /** The primary stands still until another has taken over, and goes on where it was. */
    Trouble zombieByFreeze() throws Exception {
        EmbeddedNode old = rig.cluster.primary();
        long begun = System.nanoTime();
        old.freeze();
        Rig.hold(random.nextLong(200, 1_000));
        EmbeddedNode next = furthest();
        EmbeddedNode other = other(next);
        long promoted = System.nanoTime();
        next.promote();
        other.follow(next);
        Rig.hold(random.nextLong(500, 4_000));
        old.thaw();
        Rig.hold(random.nextLong(500, 2_500));
        long ended = System.nanoTime();
        old.kill();
        old.reclone();
        return trouble(Kind.ZOMBIE, "zombie-by-freeze", old, next, begun, promoted, ended);
    }

    /** In order, so that nothing is lost. */
    Trouble switchover() throws Exception {
        EmbeddedNode old = rig.cluster.primary();
        long begun = System.nanoTime();
        old.stop();
        EmbeddedNode next = furthest();
        EmbeddedNode other = other(next);
        long promoted = System.nanoTime();
        next.promote();
        other.follow(next);
        old.follow(next);
        return trouble(Kind.SUCCESSION, "switchover", old, next, begun, promoted, begun);
    }

    private static Trouble trouble(
            Kind kind, String text, EmbeddedNode old, EmbeddedNode next, long begun, long promoted, long ended) {
        return new Trouble(
                kind,
                old.name(),
                next.name(),
                begun,
                promoted,
                ended,
                System.nanoTime(),
                text + " from " + old.name() + " to " + next.name());
    }

    /** The replica that has received most, drawn where both have the same, once neither receives more. */
    private EmbeddedNode furthest() {
        List<EmbeddedNode> replicas = rig.cluster.replicas();
        long[][] received = new long[2][2];
        Rig.await(Duration.ofSeconds(10), () -> {
            received[0] = received[1];
            Rig.hold(50);
            received[1] = new long[] {received(replicas.get(0)), received(replicas.get(1))};
            return received[0][0] == received[1][0] && received[0][1] == received[1][1];
        });
        long lead = received[1][0] - received[1][1];
        return replicas.get(lead > 0 || (lead == 0 && random.nextBoolean()) ? 0 : 1);
    }

    private static long received(EmbeddedNode node) throws SQLException {
        return Rig.number(node, RECEIVED);
    }

    private EmbeddedNode other(EmbeddedNode next) {
        return rig.cluster.nodes().stream()
                .filter(node -> node != next && node != rig.cluster.primary())
                .findFirst()
                .orElseThrow();
    }
}
