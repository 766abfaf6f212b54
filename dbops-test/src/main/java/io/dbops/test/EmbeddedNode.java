package io.dbops.test;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One PostgreSQL server of an {@link EmbeddedCluster}, and what a test can do to it.
 *
 * <p>Safe for use by several threads; what changes one node is done one call after another. Methods return when what they
 * name has happened, and throw {@link ClusterException}, with the end of the server's log, when it has not within about a
 * minute. Methods that need an answer from the server refuse at once if it is stopped or frozen. They reach it directly, past
 * {@link #network()}.
 */
public final class EmbeddedNode {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(2);

    private final EmbeddedCluster cluster;
    private final String name;
    private final DataDirectory data;
    private final ServerProcess server;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable FaultProxy proxy;
    private volatile @Nullable EmbeddedNode upstream;

    EmbeddedNode(EmbeddedCluster cluster, String name, PostgresBinaries binaries, DataDirectory data) {
        this.cluster = cluster;
        this.name = name;
        this.data = data;
        this.server = new ServerProcess(binaries, data);
    }

    // ---- what it is

    /** Returns the node's name, {@code db-1} for the first primary; its standbys use it as their {@code application_name}. */
    public String name() {
        return name;
    }

    /** Returns the loopback port that clients connect to: the proxy's, if the cluster has proxies. It never changes. */
    public int port() {
        FaultProxy proxy = this.proxy;
        return proxy == null ? server.port() : proxy.port();
    }

    /** Returns the JDBC URL of the application's database, on {@link #port()}. */
    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + ServerControl.APPLICATION;
    }

    /** Returns the application's role, which owns its database and is a member of {@code pg_monitor}. */
    public String user() {
        return ServerControl.APPLICATION;
    }

    /** Returns the password of {@link #user()}, which the server checks. */
    public String password() {
        return ServerControl.APPLICATION;
    }

    /** Whether the node is a standby, or was one when it was stopped. */
    public boolean isReplica() {
        return data.isStandby();
    }

    /** Whether the server's process exists; a frozen one does. */
    public boolean isRunning() {
        return server.isRunning();
    }

    /** Returns the process id of the postmaster. */
    public long pid() {
        return server.pid();
    }

    /** Returns the server's data directory, which is gone when the cluster is closed. */
    public Path dataDirectory() {
        return data.path();
    }

    /**
     * Returns the network in front of this node, which clients and standbys use.
     *
     * @throws IllegalStateException if the cluster was built without {@link EmbeddedCluster.Builder#proxied()}
     */
    public FaultProxy network() {
        FaultProxy proxy = this.proxy;
        if (proxy == null) {
            throw new IllegalStateException(name + " has no proxy: build the cluster with"
                    + " EmbeddedCluster.builder().proxied(), or @DbOpsCluster(proxied = true)");
        }
        return proxy;
    }

    // ---- connections

    /** Opens a connection to {@link #url()} as {@link #user()}; the caller closes it. Without time limits of its own. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a connection to the application's database as superuser, past the proxy; the caller closes it. */
    public Connection connectAsSuperuser() throws SQLException {
        return dataSource(server.port(), ServerControl.SUPERUSER, ServerControl.SUPERUSER_PASSWORD)
                .getConnection();
    }

    /** Returns a data source without a pool, of which each connection is as {@link #connect()}. */
    public DataSource dataSource() {
        return dataSource(port(), user(), password());
    }

    private static DataSource dataSource(int port, String user, String password) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setServerNames(new String[] {"127.0.0.1"});
        dataSource.setPortNumbers(new int[] {port});
        dataSource.setDatabaseName(ServerControl.APPLICATION);
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    // ---- replication

    /** Makes a standby stop replaying; it still receives. Returns when it replays nothing more. */
    public void pauseReplay() {
        ask("pause replay", control -> {
            control.requestReplayPause();
            Await.orFail(PATIENCE, control::isReplayPaused, () -> name + " did not pause" + server.logTail());
        });
    }

    /** Undoes {@link #pauseReplay()}. Does not wait for the standby to catch up. */
    public void resumeReplay() {
        ask("resume replay", ServerControl::resumeReplay);
    }

    /** Makes a standby replay each commit that much later than it was made; {@link Duration#ZERO} lifts that. */
    public void delayReplay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (" + delay + "): must not be negative");
        }
        ask("delay replay", control -> {
            control.delayReplay(delay);
            Await.orFail(
                    PATIENCE,
                    () -> control.replayDelay().toMillis() == delay.toMillis(),
                    () -> name + " did not take the delay over" + server.logTail());
        });
    }

    /** Ends the current WAL segment, so that the next write begins another. For a primary. */
    public void switchWal() {
        ask("switch WAL", ServerControl::switchWal);
    }

    /**
     * Makes a standby a primary of the next timeline, also while replay is paused.
     *
     * <p>The old primary is not fenced: stop or kill it before, or have two. Other standbys keep their primary until they
     * {@link #follow}.
     */
    public void promote() {
        ask("promote", control -> {
            if (!control.promote()) {
                throw new ClusterException(name + " was not promoted" + server.logTail());
            }
            upstream = null;
            cluster.promoted(this);
        });
    }

    /**
     * Makes this node a standby of another, and returns when it streams from there.
     *
     * <p>A running standby changes over without a restart, unless its replay is paused. Another node is stopped in order and comes back as a standby, which
     * works if the new primary has all its WAL: after {@code old.stop(); next.promote(); old.follow(next)}. A node with a
     * history of its own can only {@link #reclone()}.
     */
    public void follow(EmbeddedNode newPrimary) {
        if (newPrimary == this) {
            throw new IllegalArgumentException(name + " cannot follow itself");
        }
        change("follow " + newPrimary.name, () -> {
            if (!isReplica()) {
                server.stop();
            }
            try (ServerControl next = newPrimary.control()) {
                next.ensureSlot(name);
                if (server.isRunning()) {
                    try (ServerControl control = control()) {
                        if (control.isReplayPaused()) {
                            throw new ClusterException("while replay is paused: resumeReplay() first");
                        }
                        data.configureStandby(name, newPrimary.port());
                        control.reload();
                    }
                } else {
                    data.configureStandby(name, newPrimary.port());
                    server.start();
                }
                Await.orFail(
                        PATIENCE,
                        () -> next.isStreamingTo(name),
                        () -> name + " does not stream from " + newPrimary.name + "; if it has a history of its own,"
                                + " reclone() it" + server.logTail());
            }
            leave(upstream, newPrimary);
            upstream = newPrimary;
        });
    }

    /** What nobody fetches from a slot any more is kept for ever, so the slot goes if its server can be asked. */
    private void leave(@Nullable EmbeddedNode previous, EmbeddedNode next) throws SQLException {
        if (previous != null && previous != next && previous.answers()) {
            try (ServerControl control = previous.control()) {
                Await.within(SLOT_PATIENCE, () -> control.dropSlot(name));
            }
        }
    }

    /** Replaces the node, in whatever state it is, by a fresh standby of the current primary, on the same port. */
    public void reclone() {
        EmbeddedNode primary = cluster.primary();
        if (primary == this) {
            throw new ClusterException(name + " is the primary: promote() another node first");
        }
        change("reclone", () -> {
            server.kill();
            FileTrees.delete(data.path());
            try (ServerControl control = primary.control()) {
                control.ensureSlot(name);
                BaseCopy.copy(control, primary.data.path(), List.of(data));
            }
            data.configureStandby(name, primary.port());
            server.start();
            upstream = primary;
        });
    }

    // ---- the process

    /** Stops the server in order (a fast shutdown): sessions are cut, standbys receive all WAL. A frozen one is thawed first. */
    public void stop() {
        change("stop", server::stop);
    }

    /** Kills the server and all its children with {@code SIGKILL}, as a power failure would. */
    public void kill() {
        change("kill", server::kill);
    }

    /** Starts the server where it was, on the same port, and returns when it accepts connections. Does nothing if it runs. */
    public void start() {
        change("start", server::start);
    }

    /** Stops and starts the server. */
    public void restart() {
        change("restart", () -> {
            server.stop();
            server.start();
        });
    }

    /** Freezes the server and all its children: connections stay open, new ones are even accepted, and nothing answers. */
    public void freeze() {
        change("freeze", server::freeze);
    }

    /** Undoes {@link #freeze()}. */
    public void thaw() {
        change("thaw", server::thaw);
    }

    @Override
    public String toString() {
        return name + " (port " + port() + ")";
    }

    // ---- for the cluster

    /** Creates an empty database system, starts it, and creates what the application and the standbys need. */
    void createPrimary(Map<String, String> settings, List<EmbeddedNode> standbys) throws IOException, SQLException {
        data.initialise(server.binaries(), settings);
        server.startSomewhere();
        try (ServerControl control = control()) {
            control.createRoles();
            for (EmbeddedNode standby : standbys) {
                control.ensureSlot(standby.name);
            }
            BaseCopy.copy(
                    control, data.path(), standbys.stream().map(s -> s.data).toList());
        }
    }

    /** Starts a copy of the primary as its standby. */
    void createStandby(EmbeddedNode primary) throws IOException {
        data.configureStandby(name, primary.port());
        server.startSomewhere();
        upstream = primary;
    }

    void putProxyInFront() {
        proxy = FaultProxy.to("127.0.0.1", server.port());
    }

    void closeProxy() {
        FaultProxy proxy = this.proxy;
        if (proxy != null) {
            proxy.close();
        }
    }

    /** Returns a superuser's session, which the caller closes. */
    ServerControl control() throws SQLException {
        if (!answers()) {
            throw new ClusterException(
                    name + (server.isRunning() ? " is frozen: thaw() it first" : " is not running: start() it first"));
        }
        return ServerControl.connect(server.port());
    }

    boolean answers() {
        return server.isRunning() && !server.isFrozen();
    }

    void awaitReplayed(long end, Duration timeout) throws SQLException {
        try (ServerControl control = control()) {
            long[] replayed = new long[1];
            Await.orFail(
                    timeout,
                    () -> (replayed[0] = control.replayed()) >= end,
                    () -> "%s has replayed to %X, not to %X,".formatted(name, replayed[0], end));
        }
    }

    private void change(String what, Change change) {
        cluster.requireOpen();
        lock.lock();
        try {
            change.run();
        } catch (IOException | SQLException e) {
            throw new ClusterException(name + " could not " + what + ": " + e.getMessage() + server.logTail(), e);
        } finally {
            lock.unlock();
        }
    }

    private void ask(String what, ControlledChange change) {
        change(what, () -> {
            try (ServerControl control = control()) {
                change.run(control);
            }
        });
    }

    /** Something done to the node. */
    @FunctionalInterface
    private interface Change {
        void run() throws IOException, SQLException;
    }

    /** Something that the node's server is asked to do. */
    @FunctionalInterface
    private interface ControlledChange {
        void run(ServerControl control) throws SQLException;
    }
}
