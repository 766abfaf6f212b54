package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Dialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database server by name. Its role is discovered, for roles change.
 *
 * <p>A node's name stands for one server. Where an address may lead to several (a load balancer, a reader endpoint),
 * give each server a node of its own.
 */
public sealed interface Node {

    /** The largest weight of a node. */
    int MOST_WEIGHT = 100;

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
     * The share of the reads that the node gets, relative to other replicas.
     *
     * @return from 1 to {@value #MOST_WEIGHT}; 1 unless it was {@linkplain #weighted given}
     */
    int weight();

    /**
     * Where the node is, as the application names such places.
     *
     * @return the zone, or {@code null} if none was {@linkplain #in given}
     */
    @Nullable
    String zone();

    /**
     * This node with another share of the reads: one of weight 3 gets three times what one of weight 1 gets, while both
     * answer equally fast.
     *
     * @param weight from 1 to {@value #MOST_WEIGHT}
     * @return the node with it
     * @throws IllegalArgumentException if it is not in that range
     */
    Node weighted(int weight);

    /**
     * This node in a zone, for instance a data centre. Routing may prefer the nodes of one zone.
     *
     * @param zone a name that means something to the application; not blank
     * @return the node with it
     * @throws IllegalArgumentException if it is blank
     */
    Node in(String zone);

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

    private static void checkPlace(int weight, @Nullable String zone) {
        if (weight < 1 || weight > MOST_WEIGHT) {
            throw new IllegalArgumentException("weight (" + weight + "): must be from 1 to " + MOST_WEIGHT
                    + "; to take a node out of the reads, drain it");
        }
        if (zone != null && zone.isBlank()) {
            throw new IllegalArgumentException("zone (\"" + zone + "\"): must not be blank");
        }
    }

    /**
     * A node at a JDBC URL.
     *
     * @param name its name
     * @param url a JDBC URL of one host; not part of {@link #toString()}, for it may carry a password
     * @param credentials who connects
     * @param weight its share of the reads, from 1 to {@value #MOST_WEIGHT}
     * @param zone where it is, or {@code null}
     */
    record Addressed(
            String name,
            String url,
            Credentials credentials,
            int weight,
            @Nullable String zone) implements Node {
        /** Checks the components. */
        public Addressed {
            checkName(name);
            checkPlace(weight, zone);
            requireNonNull(credentials, "credentials");
            Dialect.ofUrl(requireNonNull(url, "url"));
        }

        /**
         * A node of weight 1 in no zone.
         *
         * @param name its name
         * @param url a JDBC URL of one host
         * @param credentials who connects
         */
        public Addressed(String name, String url, Credentials credentials) {
            this(name, url, credentials, 1, null);
        }

        @Override
        public Addressed weighted(int share) {
            return new Addressed(name, url, credentials, share, zone);
        }

        @Override
        public Addressed in(String place) {
            return new Addressed(name, url, credentials, weight, requireNonNull(place, "zone"));
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
            return open(dialect().watchProperties(applicationName, timeout));
        }

        /**
         * Opens a connection that no pool counts, as the user of the node. Blocks.
         *
         * @param more properties of the driver
         * @return a connection, the caller's to close
         * @throws SQLException if there is none; the message has no URL in it
         */
        public Connection open(Properties more) throws SQLException {
            var properties = new Properties();
            properties.putAll(more);
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
     * @param weight its share of the reads, from 1 to {@value #MOST_WEIGHT}
     * @param zone where it is, or {@code null}
     */
    record Given(
            String name,
            DataSource pooled,
            DataSource unpooled,
            int weight,
            @Nullable String zone) implements Node {
        /** Checks the components. */
        @SuppressWarnings("ReferenceEquality") // the same pool twice is the mistake to be found
        public Given {
            checkName(name);
            checkPlace(weight, zone);
            requireNonNull(pooled, "pooled");
            requireNonNull(unpooled, "unpooled");
            if (pooled == unpooled) {
                throw new IllegalArgumentException("unpooled (" + name
                        + "): must not be the pool itself, or the watch starves when the pool is exhausted;"
                        + " give a plain data source of the same address");
            }
        }

        /**
         * A node of weight 1 in no zone.
         *
         * @param name its name
         * @param pooled gives the connections that units of work run on
         * @param unpooled gives the connection that watches the server
         */
        public Given(String name, DataSource pooled, DataSource unpooled) {
            this(name, pooled, unpooled, 1, null);
        }

        @Override
        public Given weighted(int share) {
            return new Given(name, pooled, unpooled, share, zone);
        }

        @Override
        public Given in(String place) {
            return new Given(name, pooled, unpooled, weight, requireNonNull(place, "zone"));
        }

        @Override
        public Connection connect(String applicationName, Duration timeout) throws SQLException {
            return unpooled.getConnection();
        }
    }
}
