package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.Pools;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A node while a router is open: its pool, the stamps of its connections, and what it has served. Thread-safe.
 *
 * <p>The pool is opened when the server first answers, for only then are its limits known.
 */
final class RoutedNode implements AutoCloseable {

    private final int index;
    private final Node node;
    private final String application;
    private final @Nullable Pools pools;
    private final StampTable stamps = new StampTable();
    private final Map<Reason, LongAdder> served = new EnumMap<>(Reason.class);

    private volatile @Nullable Dialect dialect;
    private volatile @Nullable Joined joined;

    /** What is known since the server first answered. */
    private record Joined(
            DataSource pool, @Nullable NodePool owned, boolean defaultAutoCommit, boolean enforcesReadOnly) {}

    RoutedNode(int index, Node node, String application, @Nullable Pools pools) {
        this.index = index;
        this.node = node;
        this.application = application;
        this.pools = pools;
        dialect = node instanceof Node.Addressed addressed ? addressed.dialect() : null;
        for (Reason reason : Reason.values()) {
            served.put(reason, new LongAdder());
        }
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
            if (joined == null && owned != null) {
                owned.close();
            }
        }
    }

    /** Learns from one pooled connection in what modes connections come. */
    private Joined probe(Dialect product, DataSource pool, @Nullable NodePool owned, Clock clock) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            connection.setReadOnly(true);
            boolean enforced = product.refusesWrites(connection);
            connection.setReadOnly(false);
            stampOf(connection, clock);
            connection.setAutoCommit(autoCommit);
            return new Joined(pool, owned, autoCommit, enforced);
        }
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

    /** Whether a connection declared read-only is refused writes by the server, in autocommit mode too. */
    boolean enforcesReadOnly() throws SQLException {
        return joined().enforcesReadOnly;
    }

    /** The stamp of a pooled connection. Asks the server, once in the connection's life. */
    Stamp stampOf(Connection pooled, Clock clock) throws SQLException {
        Connection physical = pooled.isWrapperFor(Connection.class) ? pooled.unwrap(Connection.class) : pooled;
        Stamp stamp = stamps.find(physical);
        return stamp != null ? stamp : stamp(pooled, physical, clock.nanos());
    }

    private Stamp stamp(Connection pooled, Connection physical, long createdAt) throws SQLException {
        var stamp = new Stamp(this, physical, dialect(pooled).identify(pooled), createdAt);
        if (!pooled.getAutoCommit()) {
            pooled.rollback();
        }
        stamps.add(physical, stamp);
        return stamp;
    }

    void served(Reason reason) {
        counter(reason).increment();
    }

    long servedFor(Reason reason) {
        return counter(reason).sum();
    }

    private LongAdder counter(Reason reason) {
        return requireNonNull(served.get(reason));
    }

    long servedInAll() {
        return served.values().stream().mapToLong(LongAdder::sum).sum();
    }

    @Override
    public void close() {
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
