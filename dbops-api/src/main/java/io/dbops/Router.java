package io.dbops;

import java.util.Map;
import javax.sql.DataSource;

/** An open router: data sources whose connections go where they may, sessions, and the topology. Thread-safe. */
public interface Router extends AutoCloseable {

    /**
     * Gives connections for what a session must see. They belong to the session entered on the calling thread, or
     * else to the process-wide one.
     *
     * @param consistency what reads must see
     * @return a view; it needs no closing and costs nothing to keep
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    DataSource dataSource(Consistency consistency);

    /**
     * A new session, of which nothing was written yet.
     *
     * @return the session
     */
    Session session();

    /**
     * The nodes as they are known now. Does not block and asks no server.
     *
     * @return the topology
     */
    Topology topology();

    /**
     * How many units of work went where, and why, since this was opened.
     *
     * @return counts by decision; decisions that were never made are left out
     */
    Map<RoutingDecision, Long> decisions();

    /** Stops watching, and closes every pool that was opened for this router. Closing again does nothing. */
    @Override
    void close();
}
