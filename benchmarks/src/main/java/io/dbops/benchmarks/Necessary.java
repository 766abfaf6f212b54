package io.dbops.benchmarks;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * What the rules of {@code docs/design.md} demand of a read, and nothing else: a router written by hand to tell what
 * keeping them costs at least. Comments name the rule that needs a line.
 *
 * <p>It has the price of what goes well and not the code for what does not: what a check refuses fails here, instead of
 * going to another node. It knows two replicas that are alike and one level of consistency; no latency, weights, zones,
 * breakers, deadlines, settings, budgets and explanations. Nobody observes its servers, so it makes them stay fresh.
 */
final class Necessary extends AbstractDataSource {

    private static final long BOUND = 10_000_000_000L;
    private static final long TEN_YEARS = 10L * 365 * 86_400 * 1_000_000_000;

    /** The bits of a random number that are all zero where the choice counts connections: once in 64 times. */
    private static final int COUNTS = 0x3F;

    /** What was observed of a node: an instant and what was proven then (14), before which it was asked (5), and whom (6). */
    private record View(Node node, long freshAsOf, long observedAt, Object server) {}

    /** All that is known, in one volatile: what was seen of two nodes is of one epoch (7). */
    private record Snapshot(View first, View second, long epoch) {}

    /** A node, and the stamps of its connections. */
    static final class Node {
        final DataSource pool;
        final Object server = new Object();
        private final ReentrantLock stamping = new ReentrantLock();
        private volatile @Nullable NecessaryStamp[] stamps = new @Nullable NecessaryStamp[128];
        /** How many connections are out, as far as was counted lately. */
        private volatile int load;

        Node(DataSource pool) {
            this.pool = pool;
        }

        private void count() {
            int leased = 0;
            for (NecessaryStamp stamp : stamps) {
                if (stamp != null && stamp.leased) {
                    leased++;
                }
            }
            load = leased;
        }
    }

    /** The last write (10) and the open outcomes (8) of a session. */
    static final class Session {
        private final AtomicInteger unsettled = new AtomicInteger();
        private volatile long lastWrite = System.nanoTime();
    }

    private final Node primary;
    private volatile Snapshot snapshot;
    private final Session processWide = new Session();
    private final ThreadLocal<@Nullable Session> entered = new ThreadLocal<>();

    Necessary(DataSource primary, List<? extends DataSource> pools) {
        this.primary = new Node(primary);
        long later = System.nanoTime() + TEN_YEARS;
        var first = new Node(pools.get(0));
        var second = new Node(pools.get(1));
        snapshot = new Snapshot(
                new View(first, later, later, first.server), new View(second, later, later, second.server), 1);
    }

    @Override
    public Connection getConnection() {
        // 18: the session that the thread has entered, or else that of the process.
        Session session = entered.get();
        return new NecessaryConnection(this, session == null ? processWide : session);
    }

    @Override
    public Connection getConnection(String username, String password) {
        return getConnection();
    }

    Node primary() {
        return primary;
    }

    /** The less busy of the replicas, if it shows what the session wrote. */
    Node replica(Session session) throws SQLException {
        Snapshot known = snapshot;
        int random = ThreadLocalRandom.current().nextInt();
        View drawn = random < 0 ? known.first : known.second;
        View other = random < 0 ? known.second : known.first;
        if ((random & COUNTS) == 0) {
            drawn.node.count();
            other.node.count();
        }
        // Choice by load: the other one if it is less busy with the read than this one without.
        View chosen = drawn.node.load > other.node.load + 1 ? other : drawn;
        // 14: before a pool is asked, lest reads queue for what may not serve them.
        if (!shows(chosen, session)) {
            throw refused();
        }
        return chosen.node;
    }

    /** 5, 6: the stamp of a connection, found by the physical one. */
    NecessaryStamp stamp(Node node, Connection pooled) throws SQLException {
        Connection physical = pooled.unwrap(Connection.class);
        NecessaryStamp stamp = NecessaryStamp.find(node.stamps, physical);
        return stamp == null ? stampAnew(node, physical) : stamp;
    }

    private static NecessaryStamp stampAnew(Node node, Connection physical) {
        var stamp = new NecessaryStamp(node, physical, System.nanoTime());
        node.stamping.lock();
        try {
            node.stamps = NecessaryStamp.with(node.stamps, physical, stamp);
        } finally {
            node.stamping.unlock();
        }
        return stamp;
    }

    /** Whether a read may begin on this connection to a replica at this moment. */
    @SuppressWarnings("ReferenceEquality") // a server is its own identity
    boolean admits(Session session, NecessaryStamp stamp) {
        Snapshot known = snapshot;
        View view = known.first.node == stamp.node ? known.first : known.second;
        // 5, 6: what was observed holds of this connection.
        return view.node == stamp.node
                && view.observedAt > stamp.createdAt
                && view.server == stamp.server
                // 7: nobody has given it up.
                && !stamp.abandoned
                // 14: the bound holds with the connection in hand. The one reading of the clock.
                && System.nanoTime() - view.freshAsOf <= BOUND
                && shows(view, session);
    }

    private static boolean shows(View view, Session session) {
        // 8: while the outcome of a write is open, nothing does. Read-your-writes: what is fresh as of a later instant
        // does.
        return session.unsettled.get() == 0 && view.freshAsOf > session.lastWrite;
    }

    /** 7: the epoch that a unit of work on the primary belongs to. */
    long epoch() {
        return snapshot.epoch;
    }

    /** 8, 9, 10: stamps a session, and never takes it back. */
    void wrote(Session session) {
        session.lastWrite = Math.max(session.lastWrite, System.nanoTime());
    }

    static SQLException refused() {
        return new SQLException("this router knows only what goes well", "08006");
    }
}
