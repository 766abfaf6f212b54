package io.dbops;

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
