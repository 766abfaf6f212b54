package io.dbops.routing;

import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.PoolStatus;
import io.dbops.Pools;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ServerIdentity;
import io.dbops.time.Clock;
import io.dbops.time.SystemClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node while a router is open: its pool, the stamps of its connections, and what it has served. Thread-safe.
 *
 * <p>The pool is opened when the server first answers, for only then are its limits known.
 */
final class RoutedNode implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RoutedNode.class);

    /** So many connections that were never seen again are no coincidence. */
    private static final int SUSPICIOUS = 200;

    private final int index;
    private final Node node;
    private final String application;
    private final @Nullable Pools pools;
    private final Health health;
    private final boolean near;
    private final StampTable stamps = new StampTable();
    private final AtomicInteger stamped = new AtomicInteger();
    private final Map<Reason, LongAdder> rehearsed = new ConcurrentHashMap<>();

    /** How many connections are out, as far as was counted lately. Anyone may write it; the last one is right enough. */
    private volatile int load;

    private volatile boolean stampsAreFound;
    private volatile boolean drained;
    private volatile long doubtedAt = -1;
    private volatile long silentSince = -1;
    private volatile long watchedSince;
    private volatile long mismatchedAt = Long.MAX_VALUE;
    private volatile boolean closed;
    private volatile @Nullable Dialect dialect;
    private volatile @Nullable ServerIdentity server;
    private volatile @Nullable Joined joined;

    /** In which units of work the server refuses the writes of a connection that is declared read-only. */
    private enum ReadOnly {
        ALL,
        TRANSACTIONS,
        NONE
    }

    /** What is known since the server first answered. */
    private record Joined(DataSource pool, @Nullable NodePool owned, boolean defaultAutoCommit, ReadOnly readOnly) {}

    RoutedNode(int index, Node node, String application, @Nullable Pools pools) {
        this(index, node, application, pools, Choosing.DEFAULT, SystemClock.INSTANCE);
    }

    RoutedNode(int index, Node node, String application, @Nullable Pools pools, Choosing choosing, Clock clock) {
        health = new Health(node.name(), node.weight(), choosing.rampUp(), clock);
        near = choosing.zone() == null || choosing.zone().equals(node.zone());
        this.index = index;
        this.node = node;
        this.application = application;
        this.pools = pools;
        dialect = node instanceof Node.Addressed addressed ? addressed.dialect() : null;
    }

    int index() {
        return index;
    }

    String name() {
        return node.name();
    }

    Node node() {
        return node;
    }

    boolean hasJoined() {
        return joined != null;
    }

    /**
     * Opens the pool, with the server's limits asked over a connection to it. Blocks.
     *
     * @throws DbOpsException if the pool does not fit, or refuses to give a connection for a reason that will stay
     */
    void join(Dialect product, Connection connection, Clock clock) throws SQLException {
        NodePool owned = null;
        DataSource pool;
        if (node instanceof Node.Addressed addressed) {
            if (pools == null) {
                throw new IllegalStateException("no pools for node \"" + name() + "\"");
            }
            owned = pools.open(application, addressed, product.limits(connection));
            pool = owned.dataSource();
        } else {
            pool = ((Node.Given) node).pooled();
        }
        try {
            joined = probe(product, pool, owned, clock);
        } finally {
            if (owned != null && (joined == null || closed)) {
                owned.close();
            }
        }
    }

    /** Learns from one pooled connection in what modes connections come. */
    private Joined probe(Dialect product, DataSource pool, @Nullable NodePool owned, Clock clock) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setReadOnly(true);
            ReadOnly readOnly = probeReadOnly(product, connection);
            connection.setReadOnly(false);
            stampOf(connection, clock);
            connection.setAutoCommit(autoCommit);
            if (readOnly != ReadOnly.ALL) {
                LOG.warn(
                        "The pool of node {} lets a read-only connection write in autocommit mode. So a read that the"
                                + " primary serves counts as a write, and under steady reads their session may never"
                                + " leave the primary. With pgJDBC add readOnlyMode=always to the pool's properties",
                        this);
            }
            return new Joined(pool, owned, autoCommit, readOnly);
        }
    }

    private static ReadOnly probeReadOnly(Dialect product, Connection connection) throws SQLException {
        connection.setAutoCommit(true);
        if (product.refusesWrites(connection)) {
            return ReadOnly.ALL;
        }
        connection.setAutoCommit(false);
        boolean inTransaction = product.refusesWrites(connection);
        connection.rollback();
        connection.setAutoCommit(true);
        return inTransaction ? ReadOnly.TRANSACTIONS : ReadOnly.NONE;
    }

    private Joined joined() throws SQLException {
        Joined current = joined;
        if (current == null) {
            throw new SQLException("node \"" + name() + "\" has not answered yet", "57P03");
        }
        return current;
    }

    /** A connection from the pool. Waits as long as the pool does. */
    Connection connection() throws SQLException {
        return joined().pool.getConnection();
    }

    /** The dialect of the node's product, which the connection tells if nobody has. */
    Dialect dialect(Connection connection) throws SQLException {
        Dialect known = dialect;
        if (known == null) {
            known = Dialect.of(connection);
            dialect = known;
        }
        return known;
    }

    /** The dialect of the node's product, or {@code null} while that is not known. */
    @Nullable
    Dialect knownDialect() {
        return dialect;
    }

    /** The autocommit mode in which the pool's connections come; JDBC's own default while that is not known. */
    boolean defaultAutoCommit() {
        Joined current = joined;
        return current == null || current.defaultAutoCommit;
    }

    /** How the pool that was opened for it is now. */
    Optional<PoolStatus> poolStatus() {
        Joined current = joined;
        return current == null || current.owned == null ? Optional.empty() : current.owned.status();
    }

    /** Whether the server refuses the writes of a connection declared read-only, in this mode. */
    boolean enforcesReadOnly(boolean autoCommit) {
        Joined current = joined;
        return current != null
                && (current.readOnly == ReadOnly.ALL || (current.readOnly == ReadOnly.TRANSACTIONS && !autoCommit));
    }

    /** An identity equal to this one: the same object while the server is the same, so that comparing it costs nothing. */
    ServerIdentity sharing(ServerIdentity identity) {
        ServerIdentity known = server;
        if (known != null && known.equals(identity)) {
            return known;
        }
        server = identity;
        return identity;
    }

    /** The stamp of a pooled connection. Asks the server, once in the connection's life. */
    Stamp stampOf(Connection pooled, Clock clock) throws SQLException {
        Connection physical = pooled.isWrapperFor(Connection.class) ? pooled.unwrap(Connection.class) : pooled;
        Stamp stamp = stamps.find(physical);
        if (stamp == null) {
            return stamp(pooled, physical, clock.nanos());
        }
        if (!stampsAreFound) {
            stampsAreFound = true;
        }
        return stamp;
    }

    private Stamp stamp(Connection pooled, Connection physical, long createdAt) throws SQLException {
        var stamp = new Stamp(this, physical, dialect(pooled).identify(pooled), createdAt);
        if (!pooled.getAutoCommit()) {
            pooled.rollback();
        }
        add(physical, stamp);
        if (!stampsAreFound && stamped.incrementAndGet() == SUSPICIOUS) {
            LOG.warn(
                    "None of {} connections of node {} was ever seen again: its pool does not unwrap to the driver's"
                            + " connection, or is no pool; each is identified anew, and no replica serves such",
                    SUSPICIOUS,
                    this);
        }
        return stamp;
    }

    /** What is known of its connections that are still there. */
    List<Stamp> stamps() {
        return stamps.live();
    }

    void add(Connection physical, Stamp stamp) {
        stamps.add(physical, stamp);
    }

    /**
     * Gives up on connections: whoever uses one gets an error instead of waiting for a server that is gone, or writing
     * to one that leads no more. Does not wait.
     */
    void abandon(Predicate<Stamp> which) {
        List<Stamp> hopeless = stamps.live().stream().filter(which).toList();
        if (!hopeless.isEmpty()) {
            LOG.warn("Giving up {} connections to node {}", hopeless.size(), this);
            // Once more: one may have begun anew since.
            Runnable end = () -> hopeless.stream().filter(which).forEach(this::end);
            var ending = new Thread(end, "dbops-" + application + "-end-" + name());
            ending.setDaemon(true);
            ending.start();
        }
    }

    /** Ends a connection, whoever has it. */
    void end(Stamp stamp) {
        Connection physical = stamp.get();
        if (physical != null) {
            stamp.abandoned = true;
            try {
                physical.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("A connection to node {} could not be ended", this, e);
            }
        }
    }

    /** Whether no new unit of work is to begin here. */
    boolean isDrained() {
        return drained;
    }

    /** Waits until no connection of it is in use, for a bounded time. */
    void awaitUnused(Clock clock, long nanos) {
        long deadline = clock.nanos() + nanos;
        long pause = Pace.SPACING;
        while (inFlight() > 0
                && clock.nanos() < deadline
                && !Thread.currentThread().isInterrupted()) {
            clock.park(Math.min(pause, deadline - clock.nanos()));
            pause = Math.min(pause * 2, 100_000_000);
        }
    }

    void drained(boolean now) {
        drained = now;
    }

    /** The connection that watches it exists at this instant. */
    void watchedSince(long now) {
        watchedSince = now;
    }

    /**
     * Since when one connection watches it: what was observed over it is of a server that has not crashed since, for no
     * connection survives that.
     */
    long watchedSince() {
        return watchedSince;
    }

    /**
     * Notes that a connection led to another server than the watch's. One that moved does so until it is watched by
     * another connection.
     *
     * @return whether it has been watched by another connection since that was noted before
     */
    boolean isMismatchedAgain(long now) {
        boolean again = watchedSince > mismatchedAt;
        mismatchedAt = now;
        return again;
    }

    /** Nothing comes from it at this instant. */
    void silent(long now) {
        if (silentSince < 0) {
            silentSince = now;
        }
    }

    void answered() {
        silentSince = -1;
    }

    /** Whether nothing came from it for so long. Told once; the time then begins anew. */
    boolean wasSilentFor(long nanos, long now) {
        boolean was = silentSince >= 0 && now - silentSince > nanos;
        if (was) {
            silentSince = now;
        }
        return was;
    }

    /** A connection to it was lost at this instant: what was observed before may not hold any more. */
    void doubt(long now) {
        doubtedAt = now;
    }

    long doubtedAt() {
        return doubtedAt;
    }

    long servedFor(Reason reason) {
        return stamps.servedFor(reason);
    }

    /** Counts a unit of work that would have begun here, if routing were not only rehearsed. */
    void rehearsed(Reason reason) {
        rehearsed.computeIfAbsent(reason, added -> new LongAdder()).increment();
    }

    long rehearsedFor(Reason reason) {
        LongAdder units = rehearsed.get(reason);
        return units == null ? 0 : units.sum();
    }

    long servedInAll() {
        return Arrays.stream(Reason.values()).mapToLong(stamps::servedFor).sum();
    }

    /**
     * How many of the node's connections this router has out now. A look at each of them: no atomic operation and no
     * object, but not for every read where there are hundreds.
     */
    int inFlight() {
        return stamps.leased();
    }

    /**
     * About how many connections are out, for the choice, which is not to look at each of them: as of a count that is
     * some reads or an observation old.
     */
    int load() {
        return load;
    }

    void countLoad() {
        int counted = stamps.leased();
        if (counted != load) {
            load = counted;
        }
    }

    Health health() {
        return health;
    }

    /** Whether it is in the zone that reads prefer, if they prefer one. */
    boolean isNear() {
        return near;
    }

    @Override
    public void close() {
        closed = true;
        Joined current = joined;
        if (current != null && current.owned != null) {
            current.owned.close();
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
