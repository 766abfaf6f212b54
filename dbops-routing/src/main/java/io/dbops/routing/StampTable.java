package io.dbops.routing;

import java.sql.Connection;
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
                if (stamp != null && connection != null) {
                    place(next, connection, stamp);
                }
            }
            place(next, physical, added);
            table = next;
        } finally {
            writing.unlock();
        }
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
