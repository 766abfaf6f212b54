package io.dbops.dialect;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * What dbops must know of a database product to place its servers: roles, positions, identities, limits and errors.
 *
 * <p>Implementations are stateless and thread-safe. Methods that take a connection send one statement, block until it
 * is answered, and leave the connection as it was; bounding the time is the caller's, by
 * {@link Connection#setNetworkTimeout}.
 */
public sealed interface Dialect permits PostgresDialect {

    /**
     * The dialect of the database that a JDBC URL names.
     *
     * @param url a JDBC URL
     * @return the dialect
     * @throws IllegalArgumentException if the product is not supported
     */
    static Dialect ofUrl(String url) {
        if (url.startsWith("jdbc:postgresql:")) {
            return PostgresDialect.INSTANCE;
        }
        throw new IllegalArgumentException(
                "url (" + JdbcUrl.scheme(url) + "): not a product dbops supports; use jdbc:postgresql:");
    }

    /**
     * The dialect of the database at the other end of a connection.
     *
     * @param connection an open connection
     * @return the dialect
     * @throws SQLException if the driver cannot tell, or the product is not supported
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        if (product.equals("PostgreSQL")) {
            return PostgresDialect.INSTANCE;
        }
        throw new SQLException("product (" + product + "): not one dbops supports; use PostgreSQL", "0A000");
    }

    /**
     * Driver properties for a connection that watches a server: it gives up in time and is named on the server.
     *
     * @param applicationName how the connection shows on the server
     * @param timeout how long connecting, and each answer, may take
     * @return new properties, the caller's to change
     */
    Properties watchProperties(String applicationName, Duration timeout);

    /**
     * Driver properties under which {@link Connection#setReadOnly setReadOnly(true)} makes the server refuse writes,
     * in autocommit mode too.
     *
     * @return new properties, the caller's to change
     */
    Properties readOnlyProperties();

    /**
     * Whether the server refuses writes on this connection because the connection says so. That a server in recovery
     * refuses them anyway does not count.
     *
     * @param connection a connection declared read-only; in autocommit mode, or inside a transaction
     * @return {@code true} if it does
     * @throws SQLException if the server does not answer
     */
    boolean refusesWrites(Connection connection) throws SQLException;

    /**
     * Whether a transaction is open on a connection, however it was begun. Asks the driver, not the server.
     *
     * @param connection a connection, in any mode
     * @return {@code false} also where the connection is closed or lost
     */
    boolean isInTransaction(Connection connection);

    /**
     * Whether the transaction that is open on a connection has failed, so that it can only be rolled back.
     *
     * @param connection a connection, inside a transaction
     * @return {@code true} also where the connection turns out to be lost
     */
    boolean isAborted(Connection connection);

    /**
     * The server process at the other end of a connection.
     *
     * @param connection an open connection
     * @return its identity
     * @throws SQLException if the server does not answer
     */
    Backend identify(Connection connection) throws SQLException;

    /**
     * Whether a server process has ended, so that whatever it was asked last has either happened or never will.
     *
     * @param connection a connection to the server that ran it, by the same role
     * @param backend the process
     * @return {@code true} if it is gone
     * @throws SQLException if the server does not answer
     */
    boolean isGone(Connection connection, Backend backend) throws SQLException;

    /**
     * A server's role and position now.
     *
     * @param connection an open connection to it
     * @return the observation
     * @throws SQLException if the server does not answer
     */
    Observation observe(Connection connection) throws SQLException;

    /**
     * Has a primary let go of the log that it keeps to itself until something is committed, so that replicas can reach
     * {@linkplain Observation.Primary#position its position}. Waits for no replica.
     *
     * @param connection an open connection to it, in autocommit mode
     * @throws SQLException if the server does not answer
     */
    void writeOutLog(Connection connection) throws SQLException;

    /**
     * The servers that stream from a server now.
     *
     * @param connection an open connection to it
     * @return the standbys, without those whose address this role may not see
     * @throws SQLException if the server does not answer
     */
    List<Standby> standbys(Connection connection) throws SQLException;

    /**
     * How many connections the server allows to this connection's role and database. Sends a few statements. What the
     * role may not see is {@linkplain ConnectionLimits#unknown unknown}, never guessed.
     *
     * @param connection an open connection, in autocommit mode
     * @return the limits
     * @throws SQLException if the server does not answer
     */
    ConnectionLimits limits(Connection connection) throws SQLException;

    /**
     * What an error means.
     *
     * @param error what the driver threw
     * @return its class
     */
    default ErrorClass classify(SQLException error) {
        return errors().classify(error);
    }

    /**
     * Who waited for whom, if an error is a deadlock. Asks neither server nor driver.
     *
     * @param error what the driver threw
     * @return {@code null} if it is not one
     */
    default @Nullable Deadlock deadlock(SQLException error) {
        return null;
    }

    /**
     * The number of the server process at the other end of a connection. Asks the driver, not the server.
     *
     * @param connection a connection
     * @return empty if the driver does not tell
     */
    default OptionalLong pid(Connection connection) {
        return OptionalLong.empty();
    }

    /**
     * Begins to listen to what is said on a channel of the connection's database.
     *
     * @param connection an open connection to a primary, in autocommit mode
     * @param channel a name of small letters
     * @return {@code false} if the product or its driver has no such thing
     * @throws SQLException if the server does not answer
     */
    default boolean listen(Connection connection, String channel) throws SQLException {
        return false;
    }

    /**
     * What was said since the last call, as far as it has arrived. Does not wait.
     *
     * @param connection a connection that {@linkplain #listen listens}
     * @param channel to what
     * @return messages in their order, one's own among them
     * @throws SQLException if the connection is lost
     */
    default List<String> heard(Connection connection, String channel) throws SQLException {
        return List.of();
    }

    /**
     * Says something to all who {@linkplain #listen listen}. Waits for no replica.
     *
     * @param connection an open connection to a primary, in autocommit mode
     * @param channel where
     * @param message less than 8,000 bytes
     * @throws SQLException if the server does not take it
     */
    default void tell(Connection connection, String channel, String message) throws SQLException {
        throw new SQLFeatureNotSupportedException("this product has no channels", "0A000");
    }

    /**
     * What the server's clock shows.
     *
     * @param connection an open connection
     * @return microseconds since 1970
     * @throws SQLException if the server does not answer
     */
    default long micros(Connection connection) throws SQLException {
        throw new SQLFeatureNotSupportedException("the clock of this product is not read", "0A000");
    }

    /**
     * What the server shows of some of its processes, of those that were there at an instant.
     *
     * @param connection an open connection
     * @param pids their numbers
     * @param micros the instant, by {@linkplain #micros the server's clock}
     * @return what it shows; nothing of processes that are gone
     * @throws SQLException if the server does not answer
     */
    default List<Activity> activities(Connection connection, Collection<Long> pids, long micros) throws SQLException {
        return List.of();
    }

    /**
     * What the product's errors mean.
     *
     * @return the table
     */
    ErrorTable errors();
}
