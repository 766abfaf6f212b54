package io.dbops.pool.torture;

import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** What happens to a fleet and its server. Each returns when the fleet has settled. Belongs to one thread. */
final class Mishaps {

    private static final int END_SECONDS = 30;

    private static final String POOLED =
            "select pid from pg_stat_activity where application_name = '" + Instance.APPLICATION + "'";
    private static final String GUARDS =
            "select pid from pg_stat_activity where application_name = 'dbops guard " + Instance.APPLICATION + "'";

    private final Fleet fleet;
    private final SplittableRandom random;

    Mishaps(Fleet fleet, SplittableRandom random) {
        this.fleet = fleet;
        this.random = random;
    }

    /** Something that happens. */
    @FunctionalInterface
    interface Mishap {
        void happen() throws Exception;
    }

    Map<String, Mishap> all() {
        Map<String, Mishap> all = new LinkedHashMap<>();
        all.put("leave", this::leave);
        all.put("kill -9", () -> kill("kill -9", 1));
        all.put("kill -9 of two", () -> kill("kill -9 of two", 2));
        all.put("vanish", this::vanish);
        all.put("guard terminated", () -> terminated("guard terminated", GUARDS + " limit 1"));
        all.put("all guards terminated", () -> terminated("all guards terminated", GUARDS));
        all.put("half the guards, then kill -9", this::guardsThenKill);
        all.put(
                "connections terminated",
                () -> terminated("connections terminated", POOLED + " and pid % 2 = " + random.nextInt(2)));
        all.put("guard cut off", () -> cut("guard cut off", List.of(any().guard)));
        all.put("pool cut off", () -> cut("pool cut off", List.of(any().pool)));
        all.put("instance cut off", () -> cut("instance cut off", any().both()));
        all.put("instance frozen", this::instanceFrozen);
        all.put("network flap", this::flap);
        all.put("server frozen", this::serverFrozen);
        all.put("server restarted", () -> restarted("server restarted", EmbeddedNode::restart));
        all.put(
                "server killed",
                () -> restarted("server killed", server -> {
                    server.kill();
                    server.start();
                }));
        all.put("server process killed", this::serverProcessKilled);
        return all;
    }

    private InstanceProcess any() {
        return fleet.instances.get(random.nextInt(fleet.instances.size()));
    }

    private void leave() throws Exception {
        InstanceProcess one = any();
        long since = System.nanoTime();
        one.leave();
        if (!one.awaitEnd(END_SECONDS)) {
            throw new AssertionError("instance " + one.number + " does not end");
        }
        fleet.gone(one);
        fleet.settled("leave", since);
        fleet.join("join");
    }

    /** While each runs queries of more than ten seconds. */
    private void kill(String kind, int count) throws Exception {
        var victims = new ArrayList<>(fleet.instances);
        while (victims.size() > count) {
            victims.remove(random.nextInt(victims.size()));
        }
        for (InstanceProcess victim : victims) {
            victim.runLong();
        }
        awaitLongQueries(3 * count);
        long since = System.nanoTime();
        for (InstanceProcess victim : victims) {
            kill(victim);
        }
        fleet.settled(kind, since);
        for (int i = 0; i < count; i++) {
            fleet.join("join");
        }
    }

    private void kill(InstanceProcess victim) throws Exception {
        victim.kill();
        fleet.gone(victim);
    }

    private void awaitLongQueries(int least) throws Exception {
        Fleet.await(
                least + " long queries",
                () -> fleet.ask("select count(*) from (" + POOLED
                                + " and state = 'active' and query like 'select pg_sleep(1_.%') as them")
                        >= least);
    }

    /** It ends, and the server does not hear of it for seconds, while its connections run long queries. */
    private void vanish() throws Exception {
        InstanceProcess victim = any();
        victim.runLong();
        awaitLongQueries(2);
        victim.both().forEach(FaultProxy::drop);
        kill(victim);
        hold(Duration.ofMillis(random.nextLong(1_000, 3_000)));
        long since = System.nanoTime();
        victim.both().forEach(FaultProxy::close);
        fleet.settled("vanish", since);
        fleet.join("join");
    }

    private void terminated(String kind, String whom) throws Exception {
        long since = System.nanoTime();
        fleet.ask("select count(pg_terminate_backend(pid, 2000)) from (" + whom + ") as them");
        fleet.settled(kind, since);
    }

    /** Those that lost their guards have rights to nothing when others look for what a dead one has left. */
    private void guardsThenKill() throws Exception {
        InstanceProcess victim = any();
        victim.runLong();
        awaitLongQueries(2);
        long since = System.nanoTime();
        fleet.ask("select count(pg_terminate_backend(pid)) from (" + GUARDS + " and pid % 2 = " + random.nextInt(2)
                + ") as them");
        kill(victim);
        fleet.settled("half the guards, then kill -9", since);
        fleet.join("join");
    }

    private void cut(String kind, List<FaultProxy> ways) throws Exception {
        ways.forEach(FaultProxy::drop);
        hold(Duration.ofMillis(random.nextLong(2_000, 6_000)));
        long since = System.nanoTime();
        ways.forEach(FaultProxy::heal);
        // Now the server hears what has ended meanwhile.
        hold(Duration.ofMillis(500));
        fleet.settled(kind, since);
    }

    private void instanceFrozen() throws Exception {
        InstanceProcess one = any();
        one.signal("STOP");
        hold(Duration.ofMillis(random.nextLong(2_000, 5_000)));
        long since = System.nanoTime();
        one.signal("CONT");
        fleet.settled("instance frozen", since);
    }

    private void flap() throws Exception {
        long since = System.nanoTime();
        for (InstanceProcess each : fleet.instances) {
            each.both().forEach(FaultProxy::reset);
        }
        fleet.settled("network flap", since);
    }

    private void serverFrozen() throws Exception {
        fleet.server.freeze();
        hold(Duration.ofMillis(random.nextLong(1_000, 5_000)));
        long since = System.nanoTime();
        fleet.server.thaw();
        fleet.settled("server frozen", since);
    }

    private void restarted(String kind, Consumer<EmbeddedNode> how) throws Exception {
        how.accept(fleet.server);
        fleet.settled(kind, System.nanoTime());
    }

    /** The server ends all sessions, and begins anew from its log. */
    private void serverProcessKilled() throws Exception {
        long victim = fleet.ask(POOLED + " order by random() limit 1");
        long since = System.nanoTime();
        new ProcessBuilder("sh", "-c", "kill -KILL " + victim).start().waitFor();
        fleet.settled("server process killed", since);
    }

    /** Lets a fault take effect. It is time itself that is wanted here, not a condition. */
    private static void hold(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
