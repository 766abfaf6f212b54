package io.dbops.pool;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.dbops.pool.ledger.FleetPool;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The size of an open HikariCP pool.
 *
 * <p>HikariCP does not give connections up when its maximum falls, and opens none for threads that wait already when it
 * rises. While there are too many, each that is borrowed of a {@link ShrinkingDataSource} is given up, so that none is
 * taken from who uses it. A thread of this class borrows, too: where nobody else does while there are too many, and once
 * after the maximum rose while somebody waits.
 *
 * <p>Thread-safe; no method blocks but {@link #close}.
 */
final class HikariSize implements FleetPool, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HikariSize.class);

    private static final long CLOSE_WITHIN_MILLIS = 1_000;

    private final Semaphore work = new Semaphore(0);
    private final Thread thread;
    private final AtomicInteger tooMany = new AtomicInteger();
    private volatile int target;
    private volatile boolean closed;
    private volatile @Nullable HikariDataSource pool;

    HikariSize(String poolName) {
        thread = new Thread(this::run, poolName + "-resize");
        thread.setDaemon(true);
    }

    /** Begins with a pool, of the size that was asked for last. */
    void open(HikariDataSource opened) {
        opened.setMaximumPoolSize(Math.max(1, target));
        pool = opened;
        thread.start();
    }

    @Override
    public int needed() {
        HikariPoolMXBean figures = figures();
        return figures == null ? 0 : figures.getActiveConnections() + figures.getThreadsAwaitingConnection();
    }

    @Override
    public void resize(int connections) {
        target = connections;
        HikariDataSource open = pool;
        HikariPoolMXBean figures = figures();
        if (open == null || figures == null) {
            return;
        }
        if (open.getMaximumPoolSize() != connections) {
            boolean grows = connections > open.getMaximumPoolSize();
            open.setMaximumPoolSize(connections);
            if (grows && figures.getThreadsAwaitingConnection() > 0) {
                work.release();
            }
        }
        int surplus = figures.getTotalConnections() - connections;
        tooMany.set(Math.max(0, surplus));
        if (surplus > 0 && work.availablePermits() == 0) {
            work.release();
        }
    }

    /** Whether who has just borrowed a connection is to give it up. */
    boolean givesUpOne() {
        return tooMany.get() > 0 && tooMany.getAndUpdate(surplus -> Math.max(0, surplus - 1)) > 0;
    }

    private @Nullable HikariPoolMXBean figures() {
        HikariDataSource open = pool;
        return open == null ? null : open.getHikariPoolMXBean();
    }

    private void run() {
        try {
            while (!closed) {
                work.acquire();
                work.drainPermits();
                HikariDataSource open = pool;
                if (open != null && !closed) {
                    borrow(open);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once at least, and as long as there are too many. */
    private void borrow(HikariDataSource open) {
        try {
            do {
                open.getConnection().close();
            } while (tooMany.get() > 0 && !closed);
        } catch (SQLException e) {
            LOG.debug("No connection to be given up came free", e);
        }
    }

    /** Ends the thread. Before the pool is closed. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(CLOSE_WITHIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
