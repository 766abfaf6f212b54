package io.dbops.routing;

import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Backend;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Explainer.Choice;
import io.dbops.routing.jdbc.Occupants;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one physical connection for its whole life: which server process is at its other end, and an
 * instant at which it existed already.
 *
 * <p>A connection cannot survive a restart of its server. So if the server was observed after the connection existed,
 * and is the same server, what was observed still holds of what the connection reads: replay never goes back within
 * the run of a server.
 *
 * <p>It also counts what the connection serves. Only whoever holds the connection writes here, and the pool hands that
 * on from thread to thread; so counting takes no atomic operation, and no two threads meet at a counter.
 */
final class Stamp extends WeakReference<Connection> {

    /** Where {@link #notes} says whether the connection is leased; before it are the units served, by reason. */
    private static final int LEASED = Reason.values().length;

    /** One of so many units of work is timed. A prime, so that it is not always the same one of what repeats. */
    private static final int TIMED = 61;

    private static final VarHandle NOTES = MethodHandles.arrayElementVarHandle(long[].class);

    final RoutedNode node;
    final Backend backend;
    /** The server of the backend, as {@link RoutedNode#sharing} has it. */
    final ServerIdentity server;

    final long createdAt;

    /** Who had it of late. */
    final Occupants occupants = new Occupants();

    private final long[] notes = new long[LEASED + 1];

    /** Whether the connection is known to be lost. Written by whoever holds it. */
    boolean lost;

    /** Whether replay was in the way of what its holder did. Written by whoever holds it. */
    boolean inReplaysWay;

    /** The first error of the unit of work, if there was one. Written by whoever holds the connection. */
    @Nullable
    SQLException failure;

    /** When the unit of work began that is timed, or 0. Written by whoever holds the connection. */
    long timedSince;

    /** What was known when a read was sent to the primary over it. Written by whoever holds it. */
    @Nullable
    Snapshot known;

    /** The instant of that choice. */
    long chosenAt;

    /** Where what is rehearsed over it would have gone. Written by whoever holds it. */
    @Nullable
    Choice rehearsed;

    /**
     * Whether it was given up by who watches its server. Another matter than {@link #lost}: whoever holds it has yet to
     * find out, and then to ask what became of a write that was under way.
     */
    volatile boolean abandoned;

    /** The epoch in which a unit of work last began on it as the primary's. Written by whoever holds it. */
    volatile long epoch;

    Stamp(RoutedNode node, Connection physical, Backend backend, long createdAt) {
        super(physical);
        this.node = node;
        this.backend = backend;
        server = node.sharing(backend.server());
        this.createdAt = createdAt;
    }

    /** The index of a reason where counts are kept: in memory only, so that nothing depends on the order of reasons. */
    @SuppressWarnings("EnumOrdinal")
    static int at(Reason reason) {
        return reason.ordinal();
    }

    /**
     * Counts a unit of work.
     *
     * @return whether it is one of those that are timed
     */
    boolean served(Reason reason) {
        long units = (long) NOTES.get(notes, at(reason)) + 1;
        NOTES.setOpaque(notes, at(reason), units);
        return units % TIMED == 0;
    }

    long servedFor(Reason reason) {
        return (long) NOTES.getOpaque(notes, at(reason));
    }

    void leased() {
        NOTES.setOpaque(notes, LEASED, 1L);
    }

    /** To be said before the connection is given back: after that it is another's. */
    void released() {
        if (known != null) {
            known = null;
        }
        if (rehearsed != null) {
            rehearsed = null;
        }
        if (failure != null) {
            failure = null;
        }
        NOTES.setOpaque(notes, LEASED, 0L);
    }

    boolean isLeased() {
        return (long) NOTES.getOpaque(notes, LEASED) != 0;
    }
}
