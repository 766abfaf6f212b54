package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What was set on a logical connection beside autocommit and read-only: applied to each physical connection it takes.
 */
final class Settings {

    private final Properties clientInfo = new Properties();
    private @Nullable Integer isolation;
    private @Nullable Integer holdability;
    private @Nullable String catalog;
    private @Nullable String schema;
    private @Nullable Map<String, Class<?>> typeMap;
    private @Nullable Executor networkTimeoutExecutor;
    private int networkTimeout;

    void applyTo(Connection connection) throws SQLException {
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
        if (networkTimeoutExecutor != null) {
            connection.setNetworkTimeout(networkTimeoutExecutor, networkTimeout);
        }
        for (String name : clientInfo.stringPropertyNames()) {
            connection.setClientInfo(name, clientInfo.getProperty(name));
        }
    }

    void isolation(int level) {
        isolation = level;
    }

    void holdability(int value) {
        holdability = value;
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

    void networkTimeout(Executor executor, int milliseconds) {
        networkTimeoutExecutor = executor;
        networkTimeout = milliseconds;
    }

    void clientInfo(String name, @Nullable String value) throws SQLClientInfoException {
        if (value == null) {
            clientInfo.remove(name);
        } else {
            clientInfo.setProperty(name, value);
        }
    }
}
