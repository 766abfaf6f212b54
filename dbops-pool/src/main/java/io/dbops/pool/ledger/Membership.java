package io.dbops.pool.ledger;

import io.dbops.DbOpsException;
import io.dbops.time.Clock;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One instance's part in the ledger of one server: the gate under its pool, and the thread of its guard. Thread-safe.
 */
public final class Membership implements AutoCloseable {

    private static final long CLOSE_WITHIN_MILLIS = 1_000;

    private final Clock clock;
    private final Slots slots;
    private final LedgerDataSource gate;
    private final Guard guard;
    private final Thread thread;
    private volatile long nextRound;

    /**
     * A part that is not taken yet.
     *
     * @param name the node's, for messages
     * @param application for the name of the thread
     * @param ledger the server's ledger
     * @param connector opens the pool's connections
     * @param claim what this instance asks for
     * @param pool what the guard resizes
     * @param clock the time
     */
    public Membership(
            String name,
            String application,
            Ledger ledger,
            Connector connector,
            Claim claim,
            FleetPool pool,
            Clock clock) {
        this.clock = clock;
        slots = new Slots(claim.plan().floor(), clock);
        gate = new LedgerDataSource(name, ledger, connector, claim.plan(), slots, clock, this::hurry);
        guard = new Guard(name, ledger, claim, slots, gate, pool, clock);
        thread = new Thread(this::run, "dbops-" + application + "-guard-" + name);
        thread.setDaemon(true);
    }

    /**
     * Takes part. Blocks for a few round trips.
     *
     * @throws DbOpsException if there is no seat, the others divide the server otherwise, or there can be no ledger
     * @throws SQLException if the server does not answer
     */
    public void join() throws SQLException {
        guard.join();
        thread.start();
    }

    /**
     * Opens the pool's connections, each for a slot. Waits up to 800 ms for one.
     *
     * @return the gate
     */
    public DataSource gate() {
        return gate;
    }

    /**
     * How the instance stands among the others, as of half a second ago.
     *
     * @return the standing; {@code null} before {@link #join}
     */
    public @Nullable Standing standing() {
        Guard.Standing now = guard.standing();
        return now == null ? null : Standing.of(now);
    }

    private void run() {
        while (!guard.isStopped()) {
            nextRound = clock.nanos() + guard.round();
            for (long left = nextRound - clock.nanos();
                    left > 0 && !guard.isStopped();
                    left = nextRound - clock.nanos()) {
                clock.park(left);
            }
        }
        guard.close();
    }

    /** Somebody waits for a slot: if one settles, the next round need not wait for the tick. */
    private void hurry() {
        if (guard.isUrgent() && nextRound - clock.nanos() > Slots.SETTLE) {
            nextRound = clock.nanos();
            LockSupport.unpark(thread);
        }
    }

    /** Opens no connection any more. Does not wait. */
    public void shut() {
        slots.close();
    }

    /** Gives the seat and all rights back; connections that are still open keep their slots. Waits a bounded time. */
    @Override
    public void close() {
        shut();
        guard.stop();
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_WITHIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
