package io.dbops;

import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/**
 * Whose writes a read must see: the causal history of one user, request or job.
 *
 * <p>A transaction of a session that begins after a commit of that session was acknowledged sees that commit, on any
 * node. Work done outside of every session belongs to one process-wide session, so a missing scope costs an offload
 * and never a stale read.
 *
 * <p>A session is either <em>entered</em> by a thread, for the time of a call, or used as a handle by any thread
 * through its own {@link #dataSource()}. A connection belongs to the session it was taken under, whichever thread
 * uses it. Thread-safe; needs no closing.
 */
public interface Session {

    /**
     * Connections of this session, whatever thread asks.
     *
     * @return a view with {@link Consistency#session()}
     */
    default DataSource dataSource() {
        return dataSource(Consistency.session());
    }

    /**
     * Connections of this session, whatever thread asks, for reads that must see something else.
     *
     * @param consistency what reads must see
     * @return a view; it needs no closing
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    DataSource dataSource(Consistency consistency);

    /**
     * Where a read of this session would go that began now, and why it would go nowhere else. Does not block, asks no
     * server and takes no connection.
     *
     * @param consistency what the read must see
     * @return the explanation; where several nodes are eligible, the decision names one of them
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    Explanation explain(Consistency consistency);

    /**
     * A proof of what this session has written, and read under {@link Consistency#monotonic()}, that can leave the
     * process: see {@link Router#resume}. Costs no round trip if the watch has sampled the primary since, and waits for
     * that, a bounded time, if not.
     *
     * @return the token
     * @throws SQLException if there is no primary to ask, or it is not known yet whether a write of the session took
     *     effect
     */
    Token token() throws SQLException;

    /**
     * Whether commits of this session that were acknowledged may be missing since a failover: the old primary may not
     * have sent them to the new one. Once {@code true} it stays so. It may be {@code true} although nothing was lost,
     * never {@code false} although something was.
     *
     * @return {@code true} if the session should look at what it wrote, or tell its user
     */
    boolean mayHaveLostWrites();

    /**
     * Makes this the session of the calling thread until the scope is closed, on the same thread. Scopes nest.
     *
     * @return the scope
     */
    Scope enter();

    /**
     * Calls with this as the session of the calling thread.
     *
     * @param <T> what the call returns
     * @param call what to call
     * @return what it returned
     * @throws Exception what it threw
     */
    default <T> T call(Callable<T> call) throws Exception {
        Scope scope = enter();
        try {
            return call.call();
        } finally {
            scope.close();
        }
    }

    /**
     * Runs with this as the session of the calling thread.
     *
     * @param action what to run
     */
    default void run(Runnable action) {
        Scope scope = enter();
        try {
            action.run();
        } finally {
            scope.close();
        }
    }

    /** The time for which a thread has entered a session. Not thread-safe: closed by the thread that opened it. */
    @FunctionalInterface
    interface Scope extends AutoCloseable {

        /** Gives the thread back the session it had before. */
        @Override
        void close();
    }
}
