package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What a connection was set to before a unit of work changed it, for a data source that does not look after that itself.
 *
 * @param autoCommit its mode
 * @param readOnly {@code null} if it was not changed
 * @param isolation {@code null} if it was not changed
 * @param networkTimeout in milliseconds; {@code null} if it was not changed
 */
public record LentSettings(
        boolean autoCommit,
        @Nullable Boolean readOnly,
        @Nullable Integer isolation,
        @Nullable Integer networkTimeout) {

    /** Asks for no more than what is about to be changed: a driver may have to ask its server. */
    static LentSettings of(Connection connection, @Nullable Settings changes, boolean readOnly) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        return new LentSettings(
                autoCommit,
                readOnly ? connection.isReadOnly() : null,
                changes == null || changes.isolation() == null ? null : connection.getTransactionIsolation(),
                changes == null || changes.networkTimeout() == null ? null : connection.getNetworkTimeout());
    }

    /**
     * Sets a connection back, outside a transaction.
     *
     * @param connection the connection that these are of
     * @throws SQLException if the server does not answer
     */
    public void restore(Connection connection) throws SQLException {
        if (connection.getAutoCommit() != autoCommit) {
            connection.setAutoCommit(autoCommit);
        }
        if (readOnly != null) {
            connection.setReadOnly(readOnly);
        }
        if (isolation != null) {
            connection.setTransactionIsolation(isolation);
        }
        if (networkTimeout != null) {
            connection.setNetworkTimeout(Runnable::run, networkTimeout);
        }
    }
}
