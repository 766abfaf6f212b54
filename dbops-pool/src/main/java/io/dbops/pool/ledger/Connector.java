package io.dbops.pool.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** Opens connections to one server. Thread-safe. */
@FunctionalInterface
public interface Connector {

    /**
     * Opens a connection. Blocks until it is open or has failed.
     *
     * @param properties what the driver is told beside who connects
     * @return the driver's connection
     * @throws SQLException if there is none
     */
    Connection connect(Properties properties) throws SQLException;
}
