package io.dbops.retry.torture;

import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.retry.torture.Aims.Aim;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** What is done to the cluster while units run. Each returns when all is well again. */
final class Mishaps {

    /** Longer than a client waits for an answer. */
    private static final long CLIENT_GIVES_UP_MILLIS = 1_100;

    private static final String BACKENDS = "select pid from pg_stat_activity where usename = 'app'"
            + " and backend_type = 'client backend' and application_name not like 'dbops%'";
    private static final String IN_COMMIT = BACKENDS + " and state = 'active' and query = 'COMMIT'";

    private final EmbeddedCluster cluster;
    private final Lines lines;
    private final RoutedDataSource routed;
    private final Aims aims;
    private final List<Contender> contenders;
    private final SplittableRandom random;

    Mishaps(
            EmbeddedCluster cluster,
            Lines lines,
            RoutedDataSource routed,
            Aims aims,
            List<Contender> contenders,
            SplittableRandom random) {
        this.cluster = cluster;
        this.lines = lines;
        this.routed = routed;
        this.aims = aims;
        this.contenders = contenders;
        this.random = random;
    }

    /** Something that goes wrong. */
    @FunctionalInterface
    interface Mishap {
        void happen() throws Exception;
    }

    /** COMMIT is never sent. */
    void cutBeforeCommit() throws Exception {
        for (Contender contender : contenders) {
            aims.at(contender, FaultProxy::reset).awaitEnded();
        }
    }

    /** COMMIT is done, and its answer is lost. */
    void lostAnswers() throws Exception {
        for (Contender contender : contenders) {
            FaultProxy line = aims.at(contender, FaultProxy::halfOpen).awaitStruck();
            hold(random.nextLong(20, 80));
            line.reset();
            line.heal();
        }
    }

    /** COMMIT arrives when the client has long given up. */
    void lateCommits() throws Exception {
        var struck = new ArrayList<Aim>();
        for (Contender contender : contenders) {
            struck.add(aims.at(contender, FaultProxy::drop));
        }
        for (Aim aim : struck) {
            aim.awaitEnded();
        }
        hold(random.nextLong(1_000, 2_000));
        lines.heal();
    }

    /** Connections end anywhere, and one while its server commits. */
    void cutAnywhere() throws Exception {
        List<FaultProxy> own = lines.to(cluster.primary());
        for (int i = 0; i < 4; i++) {
            hold(random.nextLong(20));
            own.get(random.nextInt(own.size())).reset();
        }
        find(IN_COMMIT);
        own.forEach(FaultProxy::reset);
    }

    /** Server processes are ended anywhere, and one while it commits. */
    void terminate() throws Exception {
        for (int i = 0; i < 3; i++) {
            hold(random.nextLong(20));
            number(
                    cluster.primary(),
                    "select count(pg_terminate_backend(pid)) from (" + BACKENDS
                            + " order by random() limit 2) as them");
        }
        find(IN_COMMIT);
        number(cluster.primary(), "select count(pg_terminate_backend(pid)) from (" + IN_COMMIT + ") as them");
    }

    /** A server process is killed, and the server, without a restart, begins anew from its log. */
    void crashInPlace() throws Exception {
        OptionalLong victim = find(random.nextInt(3) == 0 ? BACKENDS : IN_COMMIT);
        if (victim.isPresent()) {
            signal("KILL", victim.getAsLong());
            await("the server is back", () -> number(cluster.primary(), "select 1") == 1);
        }
    }

    /**
     * The server crashes while nothing of the units under way has been written out, so that their transaction numbers
     * are given away once more.
     */
    void crashBeforeAnythingIsWritten() throws Exception {
        Aims.Crowd crowd = aims.gather(6);
        try {
            crowd.await();
            signal("KILL", find(BACKENDS).orElseThrow());
        } finally {
            aims.release(crowd);
        }
        await("the server is back", () -> number(cluster.primary(), "select 1") == 1);
    }

    /** The primary crashes, and the standby that had every commit takes over. */
    void failover() throws Exception {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        if (random.nextBoolean()) {
            find(IN_COMMIT);
        }
        old.kill();
        next.promote();
        hold(random.nextLong(500));
        old.reclone();
        replicateSynchronously();
    }

    /** Commits wait for a standby that does not answer, and are made all the same. */
    void slowStandby() throws Exception {
        EmbeddedNode standby = cluster.replicas().get(0);
        standby.freeze();
        try {
            hold(CLIENT_GIVES_UP_MILLIS + random.nextLong(800));
        } finally {
            standby.thaw();
        }
    }

    /** Commits wait for a standby that is away, until it takes over without them. */
    void failoverWithoutTheLastCommits() throws Exception {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        next.stop();
        hold(CLIENT_GIVES_UP_MILLIS + random.nextLong(1_500));
        old.kill();
        next.start();
        next.promote();
        hold(random.nextLong(500));
        old.reclone();
        replicateSynchronously();
    }

    /**
     * From now on no commit is acknowledged that a standby has not. Returns when the router, too, has seen the standby
     * follow, for it trusts no other with a succession.
     */
    void replicateSynchronously() throws Exception {
        for (EmbeddedNode node : cluster.nodes()) {
            try (Connection connection = node.connectAsSuperuser();
                    Statement statement = connection.createStatement()) {
                statement.execute("alter system set synchronous_standby_names = '*'");
                statement.execute("select pg_reload_conf()");
            }
        }
        await(
                "the standby is synchronous",
                () -> number(
                                cluster.primary(),
                                "select count(*) from pg_stat_replication where sync_state in ('sync', 'quorum')")
                        == 1);
        await("the standby serves reads", () -> {
            try (Connection connection = routed.session().dataSource().getConnection()) {
                connection.setReadOnly(true);
                try (Statement statement = connection.createStatement()) {
                    statement.executeQuery("select 1").close();
                }
                String node = connection.unwrap(RoutingDecision.class).node();
                if (node.equals(cluster.primary().name())) {
                    throw new SQLException(connection.unwrap(Explanation.class).toString());
                }
                return true;
            }
        });
    }

    /** Returns when no unit is under way at the server any more, not even one whose client is gone. */
    void settle() throws Exception {
        lines.heal();
        await(
                "all transactions have ended",
                () -> number(
                                cluster.primary(),
                                "select count(*) from (" + BACKENDS + " and xact_start is not null) as them")
                        == 0);
    }

    /** A server process of this kind, if one comes along soon. */
    private OptionalLong find(String sql) throws SQLException {
        try (Connection connection = cluster.primary().connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 1_000; i++) {
                try (ResultSet row = statement.executeQuery(sql + " order by random() limit 1")) {
                    if (row.next()) {
                        return OptionalLong.of(row.getLong(1));
                    }
                }
                LockSupport.parkNanos(500_000);
            }
            return OptionalLong.empty();
        }
    }

    /** Asks a server as superuser, past the lines. */
    private static long number(EmbeddedNode node, String sql) throws SQLException {
        try (Connection connection = node.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).start().waitFor();
    }

    /** Lets a fault take effect. It is time itself that is wanted here, not a condition. */
    private static void hold(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    /** A server that does not answer is asked again. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (true) {
            SQLException failure = null;
            try {
                if (condition.call()) {
                    return;
                }
            } catch (SQLException e) {
                failure = e;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not in time: " + what, failure);
            }
            LockSupport.parkNanos(5_000_000);
        }
    }
}
