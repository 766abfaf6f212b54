package io.dbops;

import javax.sql.DataSource;

/** An open pool of connections to one node. Thread-safe. */
public interface NodePool extends AutoCloseable {

    /**
     * Gives pooled connections.
     *
     * @return the data source; it may wait for a connection as long as the pool says
     */
    DataSource dataSource();

    /** Closes the pool and its connections. Closing again does nothing. */
    @Override
    void close();
}
