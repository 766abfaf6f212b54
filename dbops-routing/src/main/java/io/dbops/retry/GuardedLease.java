package io.dbops.retry;

import io.dbops.Explanation;
import io.dbops.RoutingDecision;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.retry.Seats.Seat;
import io.dbops.routing.jdbc.FirstError;
import io.dbops.routing.jdbc.Lease;
import io.dbops.routing.jdbc.LentSettings;
import io.dbops.time.Clock;
import io.dbops.tx.RunningUnit;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of any data source while a unit of work has it. Belongs to one thread, as connections do. */
final class GuardedLease implements Lease {

    private static final Logger LOG = LoggerFactory.getLogger(GuardedLease.class);

    /** So much is never opened: the application can use the connection unseen. */
    private static final int ESCAPED = Integer.MAX_VALUE / 4;

    private final Connection connection;
    /** {@code null} where the product is not one that is known. */
    private final @Nullable Dialect dialect;

    private final @Nullable Seat seat;
    private final Clock clock;

    private @Nullable LentSettings before;
    private @Nullable SQLException failure;
    private boolean lost;
    private int open;

    GuardedLease(Connection connection, Seats seats, Clock clock) {
        this.connection = connection;
        this.clock = clock;
        dialect = dialectOf(connection);
        seat = dialect == null ? null : seats.of(connection, dialect);
    }

    private static @Nullable Dialect dialectOf(Connection connection) {
        try {
            return Dialect.of(connection);
        } catch (SQLException e) {
            LOG.debug("Errors of this product are not looked into", e);
            return null;
        }
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public boolean isPrimary() {
        return true;
    }

    @Override
    public boolean maySuit(boolean readOnly) {
        return !lost;
    }

    @Override
    public boolean begins(boolean readOnly) {
        failure = null;
        return !lost;
    }

    @Override
    public void goesOn() {}

    @Override
    public void carries(@Nullable RunningUnit unit) {
        if (seat != null) {
            seat.occupants().enter(unit);
        }
    }

    @Override
    public void mayWrite() {}

    @Override
    public void mayWriteFromNow() {}

    @Override
    public void executed(boolean autoCommit) {}

    @Override
    public void mayHaveCommitted() {}

    @Override
    public boolean isInTransaction() {
        return dialect != null && dialect.isInTransaction(connection);
    }

    @Override
    public boolean knowsTransaction() {
        return dialect != null;
    }

    @Override
    public void escaped() {
        open = 2 * ESCAPED;
    }

    @Override
    public void failed(SQLException error) {
        // Before the error is looked into: the first time that takes long, and the other side of a deadlock goes on.
        long now = clock.nanos();
        ErrorClass errorClass = dialect == null ? null : dialect.classify(error);
        if (errorClass == ErrorClass.CONNECTION_LOST) {
            lost = true;
        } else if (errorClass == ErrorClass.CONFLICT && seat != null) {
            seat.occupants().conflicted(now);
        }
        failure = FirstError.of(failure, error, dialect);
    }

    @Override
    public @Nullable SQLException spoiled() {
        if (failure == null && open < ESCAPED) {
            return null;
        }
        boolean isSpoiled = lost ? failure != null : dialect != null && dialect.isAborted(connection);
        return isSpoiled ? FirstError.known(failure) : null;
    }

    @Override
    public void healed() {
        failure = null;
    }

    @Override
    public boolean isReplayConflict(SQLException error) {
        return false;
    }

    @Override
    public @Nullable Lease elsewhere(boolean onPrimary) {
        return null;
    }

    @Override
    public boolean refusesWrites() {
        return false;
    }

    @Override
    public void aborted() {
        lost = true;
    }

    @Override
    public void opened() {
        open++;
    }

    @Override
    public void closed() {
        open--;
    }

    @Override
    public boolean isHeld() {
        return open > 0;
    }

    @Override
    public @Nullable RoutingDecision decision() {
        return null;
    }

    @Override
    public @Nullable Explanation explanation() {
        return null;
    }

    @Override
    public void lent(LentSettings settings) {
        before = settings;
    }

    @Override
    public void release() throws SQLException {
        try (connection) {
            if (seat != null) {
                seat.occupants().leave(clock.nanos());
            }
            if (before != null && !lost && !connection.isClosed()) {
                before.restore(connection);
            }
        }
    }
}
