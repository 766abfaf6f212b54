package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What was set on a logical connection beside autocommit and read-only: applied to each physical connection it takes.
 * What no driver would take is refused when it is set, and not when the first statement needs a connection.
 */
final class Settings {

    private @Nullable Properties clientInfo;
    /** Whether what is not in there was taken away. */
    private boolean clientInfoIsWhole;

    private @Nullable Integer isolation;
    private @Nullable Integer holdability;
    private @Nullable String catalog;
    private @Nullable String schema;
    private @Nullable Map<String, Class<?>> typeMap;
    private @Nullable Integer networkTimeout;
    /** A driver need not want one. */
    private @Nullable Executor networkTimeoutExecutor;

    @SuppressWarnings("NullAway") // the JDK's own signature is not annotated: drivers take no executor, too
    void applyTo(Connection connection) throws SQLException {
        if (networkTimeout != null) {
            // First, for it bounds what the others wait for.
            connection.setNetworkTimeout(networkTimeoutExecutor, networkTimeout);
        }
        if (isolation != null) {
            connection.setTransactionIsolation(isolation);
        }
        if (holdability != null) {
            connection.setHoldability(holdability);
        }
        if (catalog != null) {
            connection.setCatalog(catalog);
        }
        if (schema != null) {
            connection.setSchema(schema);
        }
        if (typeMap != null) {
            connection.setTypeMap(typeMap);
        }
        if (clientInfo != null && clientInfoIsWhole) {
            connection.setClientInfo(clientInfo);
        } else if (clientInfo != null) {
            for (String name : clientInfo.stringPropertyNames()) {
                connection.setClientInfo(name, clientInfo.getProperty(name));
            }
        }
    }

    void isolation(int level) throws SQLException {
        switch (level) {
            case Connection.TRANSACTION_READ_UNCOMMITTED,
                    Connection.TRANSACTION_READ_COMMITTED,
                    Connection.TRANSACTION_REPEATABLE_READ,
                    Connection.TRANSACTION_SERIALIZABLE -> isolation = level;
            default -> throw new SQLException("isolation level (" + level + "): is none of JDBC's four", "0A000");
        }
    }

    @Nullable
    Integer isolation() {
        return isolation;
    }

    void holdability(int value) throws SQLException {
        if (value != ResultSet.HOLD_CURSORS_OVER_COMMIT && value != ResultSet.CLOSE_CURSORS_AT_COMMIT) {
            throw new SQLException("holdability (" + value + "): is none of ResultSet's two", "22023");
        }
        holdability = value;
    }

    @Nullable
    Integer holdability() {
        return holdability;
    }

    void catalog(String name) {
        catalog = name;
    }

    void schema(String name) {
        schema = name;
    }

    void typeMap(Map<String, Class<?>> map) {
        typeMap = map;
    }

    @Nullable
    Map<String, Class<?>> typeMap() {
        return typeMap;
    }

    void networkTimeout(@Nullable Executor executor, int milliseconds) throws SQLException {
        if (milliseconds < 0) {
            throw new SQLException("network timeout (" + milliseconds + " ms): must not be negative", "22023");
        }
        networkTimeoutExecutor = executor;
        networkTimeout = milliseconds;
    }

    @Nullable
    Integer networkTimeout() {
        return networkTimeout;
    }

    void clientInfo(String name, @Nullable String value) {
        if (clientInfo == null) {
            clientInfo = new Properties();
        }
        // Drivers take null for an empty one, and the server would keep what a pool had set.
        clientInfo.setProperty(name, value == null ? "" : value);
    }

    /** Sets these, and nothing else of its kind, as drivers do. */
    void clientInfo(Properties properties) {
        var copy = new Properties();
        for (String name : properties.stringPropertyNames()) {
            copy.setProperty(name, properties.getProperty(name));
        }
        clientInfo = copy;
        clientInfoIsWhole = true;
    }
}
