package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.RoutingDecision.Reason;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The stamps of a node's physical connections, found by identity and forgotten with the connection.
 *
 * <p>Read at each checkout and written once in a connection's life: an open-addressing table, replaced as a whole
 * behind one volatile. Thread-safe; reading takes no lock and allocates nothing.
 */
final class StampTable {

    private final ReentrantLock writing = new ReentrantLock();
    /** What was served by connections that are gone, by reason. */
    private final long[] servedByOthers = new long[Reason.values().length];

    private volatile @Nullable Stamp[] table = new @Nullable Stamp[16];

    @Nullable
    Stamp find(Connection physical) {
        @Nullable Stamp[] current = table;
        int mask = current.length - 1;
        for (int i = hash(physical) & mask; ; i = (i + 1) & mask) {
            Stamp stamp = current[i];
            if (stamp == null || stamp.refersTo(physical)) {
                return stamp;
            }
        }
    }

    /** The stamps of connections that are still there. */
    List<Stamp> live() {
        var live = new ArrayList<Stamp>();
        for (Stamp stamp : table) {
            if (stamp != null && !stamp.refersTo(null)) {
                live.add(stamp);
            }
        }
        return live;
    }

    void add(Connection physical, Stamp added) {
        writing.lock();
        try {
            @Nullable Stamp[] old = table;
            int live = 1;
            for (Stamp stamp : old) {
                live += stamp == null || stamp.refersTo(null) ? 0 : 1;
            }
            // At most a quarter full, so that a search ends soon.
            var next = new @Nullable Stamp[Math.max(16, Integer.highestOneBit(live * 4) << 1)];
            for (Stamp stamp : old) {
                Connection connection = stamp == null ? null : stamp.get();
                if (connection != null) {
                    place(next, connection, requireNonNull(stamp));
                } else if (stamp != null) {
                    for (Reason reason : Reason.values()) {
                        servedByOthers[Stamp.at(reason)] += stamp.servedFor(reason);
                    }
                }
            }
            place(next, physical, added);
            table = next;
        } finally {
            writing.unlock();
        }
    }

    /** How many units of work all connections have served for this reason, those that are gone included. */
    long servedFor(Reason reason) {
        writing.lock();
        try {
            long units = servedByOthers[Stamp.at(reason)];
            for (Stamp stamp : table) {
                units += stamp == null ? 0 : stamp.servedFor(reason);
            }
            return units;
        } finally {
            writing.unlock();
        }
    }

    /** How many connections are leased: by a look at each, without a lock. */
    int leased() {
        int leased = 0;
        for (Stamp stamp : table) {
            if (stamp != null && stamp.isLeased()) {
                leased++;
            }
        }
        return leased;
    }

    private static void place(@Nullable Stamp[] table, Connection physical, Stamp stamp) {
        int mask = table.length - 1;
        int i = hash(physical) & mask;
        while (table[i] != null) {
            i = (i + 1) & mask;
        }
        table[i] = stamp;
    }

    private static int hash(Connection physical) {
        int hash = System.identityHashCode(physical);
        return hash ^ (hash >>> 16);
    }
}
