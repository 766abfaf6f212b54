package io.dbops.tx;

/**
 * A connection that notices when a transaction ends on it, by whatever means. Implemented by the connections of the module
 * dbops-routing; units of work over others do not notice that their work has ended their transaction.
 */
public interface WatchedConnection {

    /**
     * Whether a transaction that had begun has ended since the connection was got: by a call, or by a statement such as
     * {@code COMMIT}. Asks no server, and is not noticed of what is done through an unwrapped connection of the driver.
     *
     * @return whether one has
     */
    boolean hasEndedTransaction();
}
