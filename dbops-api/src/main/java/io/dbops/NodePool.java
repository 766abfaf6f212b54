package io.dbops;

import java.util.Optional;
import javax.sql.DataSource;

/** An open pool of connections to one node. Thread-safe. */
public interface NodePool extends AutoCloseable {

    /**
     * Gives pooled connections.
     *
     * @return the data source; it may wait for a connection as long as the pool says
     */
    DataSource dataSource();

    /**
     * How the pool is now. Does not block and asks no server.
     *
     * @return the status; empty if the pool cannot tell
     */
    default Optional<PoolStatus> status() {
        return Optional.empty();
    }

    /** Closes the pool and its connections. Closing again does nothing. */
    @Override
    void close();
}
