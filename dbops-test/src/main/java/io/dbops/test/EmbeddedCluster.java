package io.dbops.test;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL cluster, a primary and its streaming standbys, as child processes of this JVM.
 *
 * <p>The servers need no installation and no container: their programs come from an artifact on the class path and are
 * unpacked once a machine. They listen on the loopback interface only, with passwords ({@code scram-sha-256}), and do
 * not sync to disk; all else is as a server of that version does by default. Each node has a database {@code app} owned
 * by the role {@code app}.
 *
 * <pre>{@code
 * try (var cluster = EmbeddedCluster.start(2)) {
 *     EmbeddedNode standby = cluster.replicas().get(0);
 *     standby.pauseReplay();
 *     try (Connection connection = cluster.primary().connect()) { ... }
 *     standby.resumeReplay();
 *     cluster.awaitCaughtUp(Duration.ofSeconds(10));
 * }
 * }</pre>
 *
 * <p>A cluster's files are in memory, under {@code /dev/shm}, where that has room for 4 GiB, and else under {@code
 * java.io.tmpdir}; the system property {@code dbops.test.directory} names another place.
 *
 * <p>Safe for use by several threads. Several clusters, also of several JVMs, live side by side. {@link #close()} ends
 * all processes and deletes all files; a JVM that dies without it, even of {@code kill -9}, leaves nothing behind
 * either.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedCluster.class);

    private final List<EmbeddedNode> nodes;
    private final String serverVersion;
    private final Watchdog watchdog;
    private final Path directory;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile EmbeddedNode primary;

    private EmbeddedCluster(Builder builder, PostgresBinaries binaries, Privileges privileges, Path directory)
            throws IOException {
        this.directory = directory;
        this.serverVersion = binaries.version();
        this.nodes = IntStream.rangeClosed(1, 1 + builder.replicas)
                .mapToObj(i -> "db-" + i)
                .map(name ->
                        new EmbeddedNode(this, name, binaries, new DataDirectory(directory.resolve(name), privileges)))
                .toList();
        this.primary = nodes.get(0);
        this.watchdog = Watchdog.over(directory);
    }

    /**
     * Starts a primary and so many standbys of the newest PostgreSQL on the class path; see {@link Builder#start()}.
     */
    public static EmbeddedCluster start(int replicas) {
        return builder().replicas(replicas).start();
    }

    /** Returns a builder of a cluster with one standby, without proxies, of the newest PostgreSQL on the class path. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the node that was promoted last: at first {@code db-1}. It may be stopped. */
    public EmbeddedNode primary() {
        return primary;
    }

    /** Returns the other nodes, running or not; after a promotion the old primary is among them. */
    public List<EmbeddedNode> replicas() {
        EmbeddedNode current = primary;
        return nodes.stream().filter(node -> node != current).toList();
    }

    /** Returns all nodes in the order of their names. */
    public List<EmbeddedNode> nodes() {
        return nodes;
    }

    /**
     * Returns the node of a name, {@code db-1}, {@code db-2} and so on.
     *
     * @throws IllegalArgumentException if there is none
     */
    public EmbeddedNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("node (" + name + "): there are only " + nodes));
    }

    /** Returns the servers' version, such as {@code 18.6}. */
    public String serverVersion() {
        return serverVersion;
    }

    /**
     * Returns the directory with the data directory and the log of every node, which is gone when the cluster is
     * closed.
     */
    public Path directory() {
        return directory;
    }

    /**
     * Returns when every running standby has replayed all that the primary had written at the time of the call.
     *
     * <p>A running node that cannot get there (replay paused, following another node, frozen, cut off) makes this fail.
     *
     * @throws ClusterException naming the node and the positions, if one takes longer than the timeout
     */
    public void awaitCaughtUp(Duration timeout) {
        requireOpen();
        primary.awaitReplayedBy(
                replicas().stream()
                        .filter(node -> node.isRunning() && node.isReplica())
                        .toList(),
                timeout);
    }

    /** Ends all servers and deletes their files, whatever state they are in. Does nothing when closed before. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            nodes.forEach(EmbeddedNode::closeProxy);
            watchdog.close();
        }
    }

    @Override
    public String toString() {
        return "PostgreSQL " + serverVersion + " " + nodes;
    }

    void promoted(EmbeddedNode node) {
        primary = node;
    }

    void requireOpen() {
        if (closed.get()) {
            throw new ClusterException("the cluster is closed");
        }
    }

    private void startNodes(Builder builder) throws IOException, SQLException {
        List<EmbeddedNode> standbys = replicas();
        primary.createPrimary(builder.settings, standbys);
        if (builder.proxied) {
            primary.putProxyInFront();
        }
        for (EmbeddedNode standby : standbys) {
            standby.createStandby(primary);
            if (builder.proxied) {
                standby.putProxyInFront();
            }
        }
    }

    /** Describes a cluster to start. Not safe for use by several threads; may be used again. */
    public static final class Builder {
        private static final int MOST_REPLICAS = 8;

        private final Map<String, String> settings = new LinkedHashMap<>();
        private int replicas = 1;
        private boolean proxied;
        private @Nullable String major;
        private @Nullable Privileges privileges;

        private Builder() {}

        /** Sets the number of standbys, 0 to 8; by default 1. */
        public Builder replicas(int replicas) {
            if (replicas < 0 || replicas > MOST_REPLICAS) {
                throw new IllegalArgumentException("replicas (" + replicas + "): must be 0 to " + MOST_REPLICAS);
            }
            this.replicas = replicas;
            return this;
        }

        /**
         * Sets a server setting on all nodes, as in {@code postgresql.conf}.
         *
         * @throws IllegalArgumentException if the cluster needs to decide that one itself
         */
        public Builder setting(String name, String value) {
            if (DataDirectory.RESERVED.contains(Objects.requireNonNull(name, "name"))) {
                throw new IllegalArgumentException("setting (" + name + "): is decided by the cluster itself");
            }
            settings.put(name, Objects.requireNonNull(value, "value"));
            return this;
        }

        /** Puts a {@link FaultProxy} in front of every node; clients and standbys come through it. */
        public Builder proxied() {
            proxied = true;
            return this;
        }

        /** Chooses among several versions of the binaries on the class path, by major version such as {@code "17"}. */
        public Builder binaries(String majorVersion) {
            major = Objects.requireNonNull(majorVersion, "majorVersion");
            return this;
        }

        /** For tests of this module: a way to run the servers other than the first that works. */
        Builder privileges(Privileges privileges) {
            this.privileges = privileges;
            return this;
        }

        /**
         * Starts the cluster and returns when all its nodes accept connections: about a second for three nodes, and
         * some seconds more the first time on a machine.
         *
         * @throws ClusterException if there are no binaries for this machine on the class path, or a server does not
         * start
         */
        public EmbeddedCluster start() {
            try {
                return startIn(ClusterDirectory.create());
            } catch (IOException | SQLException e) {
                throw new ClusterException("the cluster did not start: " + e.getMessage(), e);
            }
        }

        private EmbeddedCluster startIn(Path directory) throws IOException, SQLException {
            EmbeddedCluster cluster;
            try {
                Privileges privileges = this.privileges == null ? Privileges.detect(directory) : this.privileges;
                PostgresBinaries binaries = PostgresBinaries.find(
                        major, Platform.current(), classLoader(), BinaryCache.forPrograms(privileges));
                privileges.handOver(directory);
                cluster = new EmbeddedCluster(this, binaries, privileges, directory);
            } catch (IOException | RuntimeException e) {
                FileTrees.delete(directory);
                throw e;
            }
            try {
                cluster.startNodes(this);
            } catch (IOException | SQLException | RuntimeException e) {
                cluster.close();
                throw e;
            }
            log.info("Started {}", cluster);
            return cluster;
        }

        private static ClassLoader classLoader() {
            ClassLoader own = EmbeddedCluster.class.getClassLoader();
            return own == null ? ClassLoader.getSystemClassLoader() : own;
        }
    }
}
