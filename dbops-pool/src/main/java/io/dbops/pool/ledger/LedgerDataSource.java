package io.dbops.pool.ledger;

import io.dbops.pool.ledger.Ledger.Kind;
import io.dbops.pool.ledger.Ledger.Occupied;
import io.dbops.pool.ledger.Slots.Ticket;
import io.dbops.time.Clock;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The gate under a pool: opens a connection only for a slot, and hands it out only when it occupies the slot.
 *
 * <p>One connection is asking at a time, so that no more than one beyond the slots is open for an instance. After a
 * failure the next attempt comes after a random pause, so that the instances do not all come back at once.
 *
 * <p>Thread-safe. What it opens is the driver's own connection; closing that gives the slot back.
 */
final class LedgerDataSource implements DataSource {

    /** HikariCP waits up to 5 s after a failure: better to wait here for a slot that is about to come. */
    private static final long SLOT_WITHIN = Duration.ofMillis(800).toNanos();

    private static final long LONGEST_PAUSE = Duration.ofSeconds(1).toNanos();

    private static final long FIRST_PAUSE = Duration.ofMillis(20).toNanos();

    private final Ledger ledger;
    private final Connector connector;
    private final Plan plan;
    private final Slots slots;
    private final Clock clock;
    private final Runnable waiting;
    private final String name;
    private final ReentrantLock asking = new ReentrantLock(true);
    private volatile int firstFloorSlot;
    private volatile int loginTimeout;
    private int failures;
    private @Nullable SQLException lastFailure;

    /**
     * A gate.
     *
     * @param waiting run whenever somebody waits for a slot
     */
    LedgerDataSource(
            String name, Ledger ledger, Connector connector, Plan plan, Slots slots, Clock clock, Runnable waiting) {
        this.name = name;
        this.ledger = ledger;
        this.connector = connector;
        this.plan = plan;
        this.slots = slots;
        this.clock = clock;
        this.waiting = waiting;
    }

    /** The seat tells which floor slots nobody else looks at first. */
    void sits(int seat) {
        firstFloorSlot = seat * plan.floor();
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            asking.lockInterruptibly();
            try {
                pause();
                return open();
            } finally {
                asking.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException(
                    "interrupted while waiting for a slot of node " + name, "57014", e);
        }
    }

    /** Full jitter, doubling. */
    private void pause() throws InterruptedException {
        if (failures > 0) {
            long most = Math.min(LONGEST_PAUSE, FIRST_PAUSE << Math.min(failures, 10));
            clock.sleep(ThreadLocalRandom.current().nextLong(most));
        }
    }

    private Connection open() throws SQLException, InterruptedException {
        Ticket ticket = slots.acquire(SLOT_WITHIN, waiting);
        if (ticket == null) {
            throw new SQLTransientConnectionException(
                    "node " + name + ": this instance's share of the server's connections is in use",
                    "53300",
                    lastFailure);
        }
        boolean filled = false;
        long unknown = Slots.UNKNOWN;
        try {
            Connection connection = connector.connect(new Properties());
            unknown = Slots.SETTLE;
            filled = occupy(connection, ticket);
            if (!filled) {
                unknown = Slots.TAKEN;
                throw new SQLTransientConnectionException(
                        "node " + name + ": another connection is still on the slot", "53300");
            }
            failures = 0;
            lastFailure = null;
            return connection;
        } catch (SQLException e) {
            failures++;
            lastFailure = e;
            if (unknown == Slots.UNKNOWN && isAnswer(e)) {
                unknown = Slots.SETTLE;
            }
            throw e;
        } finally {
            if (!filled) {
                slots.fail(ticket, unknown);
            }
        }
    }

    /** Leaves nothing open unless the connection occupies its slot. */
    private boolean occupy(Connection connection, Ticket ticket) throws SQLException {
        boolean filled = false;
        try {
            Occupied occupied = ledger.occupy(connection, ticket.kind(), candidates(ticket));
            filled = occupied != null && slots.fill(ticket, connection, occupied);
            return filled;
        } finally {
            if (!filled) {
                connection.close();
            }
        }
    }

    private int[] candidates(Ticket ticket) {
        if (ticket.kind() == Kind.SHARED) {
            return new int[] {ticket.number()};
        }
        int all = plan.floorSlots();
        return IntStream.range(0, all).map(i -> (firstFloorSlot + i) % all).toArray();
    }

    /** Whether the server has answered or was never reached: then it runs nothing for this attempt. */
    private static boolean isAnswer(SQLException error) {
        String state = error.getSQLState();
        return error.getCause() instanceof ConnectException || (state != null && !state.startsWith("08"));
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the node's own credentials are used", "0A000");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("logging goes to SLF4J", "0A000");
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // Connecting is bounded by the driver's properties. HikariCP asks for this to know how long to wait at its end.
        loginTimeout = seconds;
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("logging goes to SLF4J", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("is no wrapper for " + type.getName(), "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
