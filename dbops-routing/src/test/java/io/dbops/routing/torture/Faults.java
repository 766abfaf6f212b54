package io.dbops.routing.torture;

import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Faults that leave the primary where it is. Targets and strengths are drawn. */
final class Faults {

    private final Rig rig;
    private final SplittableRandom random;

    Faults(Rig rig, SplittableRandom random) {
        this.rig = rig;
        this.random = random;
    }

    /** A kind of fault, of which one is drawn each time. */
    record Kind(String name, Supplier<Fault> draw) {}

    /** Faults of servers: one at a time. */
    List<Kind> ofServers() {
        return List.of(
                new Kind("pause replay", this::pauseReplay),
                new Kind("delay replay", this::delayReplay),
                new Kind("freeze replica", () -> freeze(replica())),
                new Kind("freeze primary", () -> freeze(primary())),
                new Kind("restart replica", () -> restart(replica())),
                new Kind("restart primary", () -> restart(primary())),
                new Kind("kill replica", () -> killAndStart(replica())),
                new Kind("kill primary", () -> killAndStart(primary())),
                new Kind("crash replica", () -> crashInPlace(replica())),
                new Kind("crash replica behind", this::crashBehind),
                new Kind("crash primary", () -> crashInPlace(primary())),
                new Kind("stop replica", this::stopReplica),
                new Kind("reclone replica", this::recloneReplica),
                new Kind("switch WAL", this::switchWal),
                new Kind("late commits", this::lateCommits));
    }

    /** Faults of what is between: they go with each other and with any other. */
    List<Kind> ofNetwork() {
        return List.of(
                new Kind("cut replica", () -> cut(replica())),
                new Kind("cut primary", () -> cut(primary())),
                new Kind("cut any", () -> cut(any(rig.cluster.nodes()))),
                new Kind("cut replication", this::cutReplication),
                new Kind("freeze process", this::freezeWorker));
    }

    private EmbeddedNode primary() {
        return rig.cluster.primary();
    }

    private EmbeddedNode replica() {
        return any(rig.cluster.replicas());
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Fault pauseReplay() {
        EmbeddedNode node = replica();
        return new Fault("pause replay of " + node.name(), node::pauseReplay, node::resumeReplay);
    }

    private Fault delayReplay() {
        EmbeddedNode node = replica();
        Duration delay = Duration.ofMillis(random.nextLong(50, 3_000));
        return new Fault(
                "delay replay of " + node.name() + " by " + delay.toMillis() + " ms",
                () -> node.delayReplay(delay),
                () -> node.delayReplay(Duration.ZERO));
    }

    private Fault freeze(EmbeddedNode node) {
        return new Fault("freeze " + node.name(), node::freeze, node::thaw);
    }

    private Fault restart(EmbeddedNode node) {
        return new Fault("restart " + node.name(), node::restart, Fault.Step.NOTHING);
    }

    private Fault killAndStart(EmbeddedNode node) {
        return new Fault("kill " + node.name(), node == primary() ? node.name() : "", node::kill, node::start);
    }

    private Fault stopReplica() {
        EmbeddedNode node = replica();
        return new Fault("stop " + node.name(), node::stop, node::start);
    }

    private Fault recloneReplica() {
        EmbeddedNode node = replica();
        return new Fault("reclone " + node.name(), node::reclone, Fault.Step.NOTHING);
    }

    private Fault switchWal() {
        return new Fault("switch WAL", primary()::switchWal, Fault.Step.NOTHING);
    }

    /** One server process dies, and the others begin anew without the postmaster's going. */
    private Fault crashInPlace(EmbeddedNode node) {
        return new Fault(
                "crash " + node.name() + " in place",
                node == primary() ? node.name() : "",
                () -> Rig.signal(
                        "KILL",
                        Rig.number(
                                node,
                                "select pid from pg_stat_activity where backend_type = 'client backend'"
                                        + " order by pid = pg_backend_pid(), random() limit 1")),
                Fault.Step.NOTHING);
    }

    /**
     * A replica crashes in place, and comes back behind where it was, before anybody can look: its watches are slow, and
     * what was committed lately is replayed late.
     */
    private Fault crashBehind() {
        EmbeddedNode node = replica();
        Fault crash = crashInPlace(node);
        return new Fault(
                crash.text() + ", behind where it was",
                () -> {
                    node.delayReplay(Duration.ofSeconds(4));
                    rig.workers.forEach(
                            worker -> worker.network(node.name()).watch().delay(Duration.ofMillis(400)));
                    crash.begin().run();
                },
                () -> {
                    rig.workers.forEach(
                            worker -> worker.network(node.name()).watch().heal());
                    node.delayReplay(Duration.ZERO);
                });
    }

    /** What a process sends to the primary arrives only when it has given up, and goes to the replicas later still. */
    private Fault lateCommits() {
        WorkerProcess worker = any(rig.workers);
        EmbeddedNode primary = primary();
        List<EmbeddedNode> replicas = rig.cluster.replicas();
        return new Fault(
                "late commits of process " + worker.number,
                () -> {
                    for (EmbeddedNode replica : replicas) {
                        replica.delayReplay(Duration.ofMillis(700));
                    }
                    for (int i = 0; i < 2; i++) {
                        worker.network(primary.name()).pool().drop();
                        Rig.hold(3_000);
                        worker.network(primary.name()).pool().heal();
                        Rig.hold(1_000);
                    }
                },
                () -> {
                    for (EmbeddedNode replica : replicas) {
                        replica.delayReplay(Duration.ZERO);
                    }
                });
    }

    /** Between one process, or all, and one node: its pool, its watch or both. */
    private Fault cut(EmbeddedNode node) {
        List<WorkerProcess> whom = random.nextInt(3) == 0 ? rig.workers : List.of(any(rig.workers));
        int what = random.nextInt(4);
        List<FaultProxy> proxies = whom.stream()
                .map(worker -> worker.network(node.name()))
                .flatMap(network -> switch (what) {
                    case 0 -> Stream.of(network.pool());
                    case 1 -> Stream.of(network.watch());
                    default -> network.both().stream();
                })
                .toList();
        String where = (what == 0 ? "between the pool of " : what == 1 ? "between the watch of " : "between ")
                + (whom.size() > 1 ? "all processes" : "process " + whom.get(0).number);
        return onNetworks(where + " and " + node.name(), proxies);
    }

    /** Between a primary and its replicas. */
    private Fault cutReplication() {
        return onNetworks(
                "between " + primary().name() + " and its replicas",
                List.of(primary().network()));
    }

    private Fault onNetworks(String where, List<FaultProxy> proxies) {
        Fault.Step heal = () -> proxies.forEach(FaultProxy::heal);
        return switch (random.nextInt(5)) {
            case 0 -> new Fault("drop " + where, () -> proxies.forEach(FaultProxy::drop), heal);
            case 1 -> new Fault("half open " + where, () -> proxies.forEach(FaultProxy::halfOpen), heal);
            case 2 -> new Fault("refuse " + where, () -> proxies.forEach(FaultProxy::refuse), heal);
            case 3 -> new Fault("reset " + where, () -> proxies.forEach(FaultProxy::reset), heal);
            default -> {
                Duration delay = Duration.ofMillis(random.nextLong(2, 300));
                yield new Fault(
                        "delay of " + delay.toMillis() + " ms " + where,
                        () -> proxies.forEach(proxy -> proxy.delay(delay)),
                        heal);
            }
        };
    }

    private Fault freezeWorker() {
        WorkerProcess worker = any(rig.workers);
        return new Fault(
                "freeze process " + worker.number,
                () -> Rig.freezeForSeconds(10, worker.pid()),
                () -> Rig.signal("CONT", worker.pid()));
    }
}
