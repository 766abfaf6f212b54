package io.dbops.pool.ledger;

import io.dbops.pool.ledger.Ledger.Occupied;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A shared slot that an instance has the right to, or a pooled connection on. Guarded by the lock of {@link Slots}. */
final class Slot {

    /** Where a slot is in its life. */
    enum State {
        /** The right to it is new, or its connection was closed: the server may still have the old one. */
        SETTLING,
        /** Nothing is on it: a connection may be opened. */
        READY,
        /** A connection is being opened. */
        OPENING,
        /** A connection is on it. */
        LIVE
    }

    final int number;
    State state = State.SETTLING;

    /** Since when it is in its state. */
    long since;

    /** Before this instant it is not to be used again. */
    long notBefore;

    /** Whether the present guard session holds the right to it. */
    boolean rightIsHeld;

    @Nullable
    Pooled pooled;

    Slot(int number) {
        this.number = number;
    }

    /** A connection of the pool and what it occupies. */
    static final class Pooled {
        final Connection connection;
        final Occupied occupied;
        final long since;

        /** Whether the guard holds its lock in its place, for it has lost it. */
        boolean stoodInFor;

        Pooled(Connection connection, Occupied occupied, long since) {
            this.connection = connection;
            this.occupied = occupied;
            this.since = since;
        }

        /** Asks the driver alone. */
        boolean isClosed() {
            try {
                return connection.isClosed();
            } catch (SQLException e) {
                return true;
            }
        }
    }
}
