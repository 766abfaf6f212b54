package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Dialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * A database server by name. Its role is discovered, for roles change.
 *
 * <p>A node's name stands for one server. Where an address may lead to several (a load balancer, a reader endpoint),
 * give each server a node of its own.
 */
public sealed interface Node {

    /**
     * The name of the node in messages, metrics and decisions.
     *
     * @return the name
     */
    String name();

    /**
     * Opens a connection that no pool counts, to watch the server with. Blocks until it is open or has failed.
     *
     * @param applicationName how the connection shows on the server, where the node lets us choose
     * @param timeout how long connecting, and each answer, may take; a given {@link DataSource} keeps its own for
     *     connecting
     * @return a connection, the caller's to close
     * @throws SQLException if there is none
     */
    Connection connect(String applicationName, Duration timeout) throws SQLException;

    /**
     * A node at a JDBC URL, for which dbops opens the pool.
     *
     * @param name its name, unique among the nodes
     * @param url a JDBC URL of one host
     * @param credentials who connects
     * @return the node
     * @throws IllegalArgumentException if the name is blank or the product is not supported
     */
    static Node at(String name, String url, Credentials credentials) {
        return new Addressed(name, url, credentials);
    }

    /**
     * A node whose connections the caller provides, and closes.
     *
     * @param name its name, unique among the nodes
     * @param pooled gives the connections that units of work run on; usually a pool
     * @param unpooled gives the connection that watches the server; not the pool, which must not be able to starve it.
     *     With pgJDBC a {@code PGSimpleDataSource} of the same address
     * @return the node
     * @throws IllegalArgumentException if the name is blank or both are the same object
     */
    static Node of(String name, DataSource pooled, DataSource unpooled) {
        return new Given(name, pooled, unpooled);
    }

    private static void checkName(String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("name (\"" + name + "\"): must not be blank");
        }
    }

    /**
     * A node at a JDBC URL.
     *
     * @param name its name
     * @param url a JDBC URL of one host; not part of {@link #toString()}, for it may carry a password
     * @param credentials who connects
     */
    record Addressed(String name, String url, Credentials credentials) implements Node {
        /** Checks the components. */
        public Addressed {
            checkName(name);
            requireNonNull(credentials, "credentials");
            Dialect.ofUrl(requireNonNull(url, "url"));
        }

        /**
         * The dialect of the product that the URL names.
         *
         * @return the dialect
         */
        public Dialect dialect() {
            return Dialect.ofUrl(url);
        }

        @Override
        public Connection connect(String applicationName, Duration timeout) throws SQLException {
            Properties properties = dialect().watchProperties(applicationName, timeout);
            properties.setProperty("user", credentials.user());
            properties.setProperty("password", credentials.password());
            try {
                return DriverManager.getConnection(url, properties);
            } catch (SQLException e) {
                throw withoutUrl(e);
            }
        }

        /** Drivers put the URL into some messages, and the URL may have a password in it. */
        private SQLException withoutUrl(SQLException error) {
            String message = String.valueOf(error.getMessage());
            if (!message.contains(url)) {
                return error;
            }
            return new SQLException(message.replace(url, "the URL of node \"" + name + "\""), error.getSQLState());
        }

        @Override
        public String toString() {
            return "Addressed[name=" + name + "]";
        }
    }

    /**
     * A node whose connections the caller provides.
     *
     * @param name its name
     * @param pooled gives the connections that units of work run on
     * @param unpooled gives the connection that watches the server
     */
    record Given(String name, DataSource pooled, DataSource unpooled) implements Node {
        /** Checks the components. */
        @SuppressWarnings("ReferenceEquality") // the same pool twice is the mistake to be found
        public Given {
            checkName(name);
            requireNonNull(pooled, "pooled");
            requireNonNull(unpooled, "unpooled");
            if (pooled == unpooled) {
                throw new IllegalArgumentException("unpooled (" + name
                        + "): must not be the pool itself, or the watch starves when the pool is exhausted;"
                        + " give a plain data source of the same address");
            }
        }

        @Override
        public Connection connect(String applicationName, Duration timeout) throws SQLException {
            return unpooled.getConnection();
        }
    }
}
