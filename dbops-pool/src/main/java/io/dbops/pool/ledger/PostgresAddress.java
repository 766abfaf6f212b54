package io.dbops.pool.ledger;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A URL of the PostgreSQL driver whose parameters give way to what a ledger has to set. In the driver they win over
 * properties: an {@code options} in the URL would silently undo that the server finds dead clients, and a
 * {@code socketTimeout} would have the guard wait as long as the longest query may.
 *
 * @param address the URL without parameters
 * @param parameters as they are in the URL: names and encoded values
 */
public record PostgresAddress(String address, List<String> parameters) {

    private static final String OPTIONS = "options";

    /** How long the driver waits for an answer, in seconds. */
    private static final String ANSWER = "socketTimeout";

    /**
     * A server that accepts a connection and then says nothing must not keep the gate from the next attempt for as long as
     * TCP tries, which is a quarter of an hour.
     */
    private static final String ANSWER_SECONDS = "10";

    /** Opens connections. */
    @FunctionalInterface
    public interface Opener {

        /**
         * Opens a connection.
         *
         * @param url where to
         * @param properties what the driver is told
         * @return the driver's connection
         * @throws SQLException if there is none
         */
        Connection open(String url, Properties properties) throws SQLException;
    }

    /** Checks the components. */
    public PostgresAddress {
        parameters = List.copyOf(parameters);
    }

    /**
     * The address in a URL.
     *
     * @param url of the form {@code jdbc:postgresql://host:port/database?name=value&name=value}
     * @return the address
     */
    public static PostgresAddress of(String url) {
        int query = url.indexOf('?');
        return query < 0
                ? new PostgresAddress(url, List.of())
                : new PostgresAddress(
                        url.substring(0, query),
                        List.of(url.substring(query + 1).split("&", -1)));
    }

    /**
     * Opens a connection. Blocks, for 10 s at most while the server is silent, unless the URL says otherwise. What runs on
     * the connection later is not bounded by that.
     *
     * @param properties what counts more than the URL's parameters; {@code options} are sent before the URL's, of which the server
     *     heeds the last that sets a thing
     * @param opener opens a connection to a URL
     * @return the connection
     * @throws SQLException if there is none
     */
    public Connection connect(Properties properties, Opener opener) throws SQLException {
        var told = new Properties();
        told.putAll(properties);
        String url = url(told);
        boolean unbounded = !told.containsKey(ANSWER) && parameters.stream().noneMatch(each -> each.startsWith(ANSWER));
        if (unbounded) {
            told.setProperty(ANSWER, ANSWER_SECONDS);
        }
        Connection connection = opener.open(url, told);
        if (unbounded) {
            connection.setNetworkTimeout(Runnable::run, 0);
        }
        return connection;
    }

    /** The URL with the parameters that these properties do not name; its {@code options} become theirs. */
    String url(Properties properties) {
        var left = new ArrayList<String>();
        for (String parameter : parameters) {
            String[] pair = parameter.split("=", 2);
            String own = properties.getProperty(pair[0]);
            if (own == null) {
                left.add(parameter);
            } else if (pair[0].equals(OPTIONS) && pair.length == 2) {
                properties.setProperty(OPTIONS, own + " " + URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
            }
        }
        return left.isEmpty() ? address : address + "?" + String.join("&", left);
    }
}
