package io.dbops.benchmarks;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** What {@link Necessary} has to know of one physical connection. Only whoever holds the connection writes it. */
final class NecessaryStamp extends WeakReference<Connection> {

    final Necessary.Node node;
    /** The run of the server at its other end: rule 6. */
    final Object server;
    /** An instant at which it existed: rule 5. */
    final long createdAt;

    /** Units of work served, a counter for each reason: the counts are a part of the API. */
    long reads;

    long writes;

    /** Whether it is out: the choice and the draining of nodes count these. */
    boolean leased;

    /** Whether it is known to be lost, so that the pool must not hand it on: rule 8. */
    boolean lost;

    /** Whether it was given up because its server is gone or deposed: rule 7. */
    volatile boolean abandoned;

    NecessaryStamp(Necessary.Node node, Connection physical, long createdAt) {
        super(physical);
        this.node = node;
        this.createdAt = createdAt;
        server = node.server;
    }

    /** The stamps of a node, found by the identity of the connection: replaced as a whole, read without a lock. */
    static @Nullable NecessaryStamp find(@Nullable NecessaryStamp[] table, Connection physical) {
        int mask = table.length - 1;
        int at = System.identityHashCode(physical) & mask;
        NecessaryStamp stamp = table[at];
        while (stamp != null && !stamp.refersTo(physical)) {
            at = (at + 1) & mask;
            stamp = table[at];
        }
        return stamp;
    }

    /** A table with one more. Large enough for pools of the benchmarks. */
    static @Nullable NecessaryStamp[] with(
            @Nullable NecessaryStamp[] table, Connection physical, NecessaryStamp added) {
        @Nullable NecessaryStamp[] next = table.clone();
        int at = System.identityHashCode(physical) & (next.length - 1);
        while (next[at] != null) {
            at = (at + 1) & (next.length - 1);
        }
        next[at] = added;
        return next;
    }
}
