package io.dbops.samples.tpcc;

import io.dbops.samples.tpcc.Servers.Fault;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/** What goes wrong with PostgreSQL and the network before it, anywhere in a transaction and in the middle of COMMIT. */
final class PostgresFaults {

    private static final String BACKENDS = "select pid from pg_stat_activity where usename = 'app'"
            + " and backend_type = 'client backend' and application_name not like 'dbops%'";
    private static final String IN_COMMIT = BACKENDS + " and state = 'active' and query = 'COMMIT'";

    private static final String CHECKPOINTER =
            "select coalesce(max(pid), 0) from pg_stat_activity where backend_type = 'checkpointer'";

    /** How often the primary is asked for somebody to strike, half a millisecond apart, before that is given up. */
    private static final int LOOKS = 1_000;

    private final EmbeddedCluster cluster;
    private final Map<String, FaultProxy> networks;
    private final SplittableRandom random;

    PostgresFaults(EmbeddedCluster cluster, Map<String, FaultProxy> networks, SplittableRandom random) {
        this.cluster = cluster;
        this.networks = networks;
        this.random = random;
    }

    Map<String, Fault> all() {
        var all = new LinkedHashMap<String, Fault>();
        all.put("server processes terminated", () -> soon(terminating(BACKENDS + " order by random() limit 3")));
        all.put("server processes terminated while they commit", () -> soon(terminating(IN_COMMIT)));
        all.put("server processes killed with -9, so that the server recovers", this::kill);
        all.put("connections cut", this::cut);
        all.put("connections cut during a COMMIT", () -> soon(any(IN_COMMIT)) == 0 ? 0 : cut());
        all.put("connections cut after what they answered was lost", this::loseAnswers);
        all.put("connections held up until clients had given up", this::holdUp);
        all.put("replays paused, so that the standby fell behind", this::fallBehind);
        all.put("primaries killed, the standby promoted", this::failOver);
        return all;
    }

    private static String terminating(String processes) {
        return "select count(*) filter (where pg_terminate_backend(pid)) from (" + processes + ") as them";
    }

    private static String any(String processes) {
        return "select coalesce(max(pid), 0) from (" + processes + ") as them";
    }

    /** The postmaster ends all other processes then, and has the log replayed by new ones. */
    private long kill() throws SQLException {
        long before = number(CHECKPOINTER);
        long victim = soon(any(random.nextBoolean() ? IN_COMMIT : BACKENDS));
        boolean isKilled = victim != 0
                && ProcessHandle.of(victim).map(ProcessHandle::destroyForcibly).orElse(false);
        if (isKilled) {
            Patience.until("the server has recovered", () -> {
                long now = number(CHECKPOINTER);
                return now != 0 && now != before;
            });
        }
        return isKilled ? 1 : 0;
    }

    private long cut() {
        long connections = network().connections();
        network().reset();
        return connections;
    }

    private long loseAnswers() {
        network().halfOpen();
        Patience.hold(random.nextLong(20, 80));
        long connections = cut();
        network().heal();
        return connections;
    }

    private long holdUp() {
        long connections = network().connections();
        network().drop();
        Patience.hold(PostgresServers.PATIENCE * 1_000L + random.nextLong(100, 800));
        network().heal();
        return connections;
    }

    /** The standby goes on to receive, so commits do not wait for it. */
    private long fallBehind() {
        EmbeddedNode standby = cluster.replicas().get(0);
        standby.pauseReplay();
        Patience.hold(random.nextLong(300, 1_000));
        standby.resumeReplay();
        return 1;
    }

    private long failOver() throws SQLException {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        soon(any(random.nextBoolean() ? IN_COMMIT : BACKENDS));
        old.kill();
        next.promote();
        Patience.hold(random.nextLong(300));
        old.reclone();
        replicateSynchronously();
        return 1;
    }

    /** From now on no commit is acknowledged that the standby has not. */
    void replicateSynchronously() throws SQLException {
        for (EmbeddedNode node : cluster.nodes()) {
            try (Connection connection = node.connectAsSuperuser();
                    Statement statement = connection.createStatement()) {
                statement.execute("alter system set synchronous_standby_names = '*'");
                statement.execute("select pg_reload_conf()");
            }
        }
        awaitSynchronous();
    }

    void awaitSynchronous() {
        String sql = "select count(*) from pg_stat_replication where sync_state = 'sync'";
        Patience.until("the standby is synchronous", () -> number(sql) == 1);
    }

    void awaitQuiet() {
        String sql = "select count(*) from (" + BACKENDS + " and xact_start is not null) as them";
        Patience.until("all transactions have ended", () -> number(sql) == 0);
    }

    private FaultProxy network() {
        FaultProxy network = networks.get(cluster.primary().name());
        if (network == null) {
            throw new IllegalStateException(cluster.primary() + " has no proxy");
        }
        return network;
    }

    /** Asks the primary until the answer is another than 0; soon in any case. */
    private long soon(String sql) throws SQLException {
        try (Connection connection = cluster.primary().connectAsSuperuser()) {
            long answer = 0;
            for (int i = 0; i < LOOKS && answer == 0; i++) {
                answer = Sql.one(connection, row -> row.getLong(1), sql);
                LockSupport.parkNanos(answer == 0 ? 500_000 : 0);
            }
            return answer;
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = cluster.primary().connectAsSuperuser()) {
            return Sql.one(connection, row -> row.getLong(1), sql);
        }
    }
}
