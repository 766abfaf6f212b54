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
 * <p>Safe for use by several threads; what changes one node is done one call after another. Methods return when what
 * they name has happened, and throw {@link ClusterException}, with the end of the server's log, when it has not within
 * about a minute. Methods that need an answer from the server refuse at once if it is stopped or frozen. They reach it
 * directly, past {@link #network()}.
 */
public final class EmbeddedNode {
    private final EmbeddedCluster cluster;
    private final String name;
    private final DataDirectory data;
    private final ServerProcess server;
    private final Replication replication;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile @Nullable FaultProxy proxy;

    EmbeddedNode(EmbeddedCluster cluster, String name, PostgresBinaries binaries, DataDirectory data) {
        this.cluster = cluster;
        this.name = name;
        this.data = data;
        this.server = new ServerProcess(binaries, data);
        this.replication = new Replication(name, data, server);
    }

    /**
     * Returns the node's name, {@code db-1} for the first primary; its standbys use it as their {@code
     * application_name}.
     */
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
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + PostgresControl.APPLICATION;
    }

    /** Returns the application's role, which owns its database and is a member of {@code pg_monitor}. */
    public String user() {
        return PostgresControl.APPLICATION;
    }

    /** Returns the password of {@link #user()}, which the server checks. */
    public String password() {
        return PostgresControl.APPLICATION;
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

    /**
     * Opens a connection to {@link #url()} as {@link #user()}; the caller closes it. Without time limits of its own.
     */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a connection to the application's database as superuser, past the proxy; the caller closes it. */
    public Connection connectAsSuperuser() throws SQLException {
        return dataSource(server.port(), PostgresControl.SUPERUSER, PostgresControl.SUPERUSER_PASSWORD)
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
        dataSource.setDatabaseName(PostgresControl.APPLICATION);
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }

    /** Makes a standby stop replaying; it still receives. Returns when it replays nothing more. */
    public void pauseReplay() {
        change("pause replay", replication::pause);
    }

    /** Undoes {@link #pauseReplay()}. Does not wait for the standby to catch up. */
    public void resumeReplay() {
        change("resume replay", replication::resume);
    }

    /** Makes a standby replay each commit that much later than it was made; {@link Duration#ZERO} lifts that. */
    public void delayReplay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (" + delay + "): must not be negative");
        }
        change("delay replay", () -> replication.delay(delay));
    }

    /** Ends the current WAL segment, so that the next write begins another. For a primary. */
    public void switchWal() {
        change("switch WAL", replication::switchWal);
    }

    /**
     * Makes a standby a primary of the next timeline, also while replay is paused.
     *
     * <p>The old primary is not fenced: stop or kill it before, or have two. Other standbys keep their primary until
     * they {@link #follow}.
     */
    public void promote() {
        change("promote", () -> {
            replication.promote();
            cluster.promoted(this);
        });
    }

    /**
     * Makes this node a standby of another, and returns when it streams from there.
     *
     * <p>A running standby changes over without a restart, unless its replay is paused. A former primary, running or
     * not, is stopped in order and comes back as a standby, which works if the new primary has all its WAL: after
     * {@code old.stop(); next.promote(); old.follow(next)}. A node with a history of its own can only {@link
     * #reclone()}.
     */
    public void follow(EmbeddedNode newPrimary) {
        if (newPrimary == this) {
            throw new IllegalArgumentException(name + " cannot follow itself");
        }
        change("follow " + newPrimary.name, () -> replication.follow(newPrimary.replication, newPrimary.port()));
    }

    /** Replaces the node, in whatever state it is, by a fresh standby of the current primary, on the same port. */
    public void reclone() {
        EmbeddedNode primary = cluster.primary();
        if (primary == this) {
            throw new ClusterException(name + " is the primary: promote() another node first");
        }
        change("reclone", () -> replication.reclone(primary.replication, primary.port()));
    }

    /**
     * Stops the server in order (a fast shutdown): sessions are cut, standbys receive all WAL. A frozen one is thawed
     * first.
     */
    public void stop() {
        change("stop", server::stop);
    }

    /** Kills the server and all its children with {@code SIGKILL}, as a crash would. */
    public void kill() {
        change("kill", server::kill);
    }

    /**
     * Starts the server where it was, on the same port, and returns when it accepts connections. Does nothing if it
     * runs.
     */
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

    /**
     * Freezes the server and all its children: connections stay open, new ones are even accepted, and nothing answers.
     */
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

    void createPrimary(Map<String, String> settings, List<EmbeddedNode> standbys) throws IOException, SQLException {
        replication.createPrimary(
                settings, standbys.stream().map(standby -> standby.replication).toList());
    }

    void createStandby(EmbeddedNode primary) throws IOException {
        replication.createStandby(primary.replication, primary.port());
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

    /** Returns when the given standbys have replayed what this primary has written by now. */
    void awaitReplayedBy(List<EmbeddedNode> standbys, Duration timeout) {
        try {
            long end = replication.endOfWal();
            for (EmbeddedNode standby : standbys) {
                standby.replication.awaitReplayed(end, timeout);
            }
        } catch (SQLException e) {
            throw new ClusterException("not known to have caught up: " + e.getMessage(), e);
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

    /** Something done to the node. */
    @FunctionalInterface
    private interface Change {
        void run() throws IOException, SQLException;
    }
}
