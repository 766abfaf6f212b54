package io.dbops.pool;

import io.dbops.Node;
import io.dbops.pool.ledger.Connector;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The physical connections under the pool of one node: it opens them, and knows those that are open. Thread-safe.
 *
 * <p>Nothing of it is on the way of {@code getConnection} of the pool.
 */
final class NodeConnections implements DataSource {

    private final Node.Addressed node;
    private final Connector connector;
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private volatile int loginSeconds;

    NodeConnections(Node.Addressed node) {
        this(node, node::open);
    }

    NodeConnections(Node.Addressed node, Connector connector) {
        this.node = node;
        this.connector = connector;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return connect(new Properties());
    }

    /** Opens a connection with more driver properties. Blocks, as long as the pool waits for a connection. */
    Connection connect(Properties more) throws SQLException {
        Properties properties = node.dialect().readOnlyProperties();
        properties.putAll(more);
        if (loginSeconds > 0) {
            properties.putIfAbsent("loginTimeout", Integer.toString(loginSeconds));
        }
        Connection connection = connector.connect(properties);
        open.removeIf(NodeConnections::isClosed);
        open.add(connection);
        return connection;
    }

    /** How many connections are declared read-only now. A pool takes that back when a connection is given back. */
    int declaredReadOnly() {
        return (int) open.stream().filter(NodeConnections::isReadOnly).count();
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    private static boolean isReadOnly(Connection connection) {
        try {
            return connection.isReadOnly();
        } catch (SQLException closed) {
            return false;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the node has its credentials", "0A000");
    }

    @Override
    public int getLoginTimeout() {
        return loginSeconds;
    }

    @Override
    public void setLoginTimeout(int seconds) {
        loginSeconds = seconds;
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // what there is to say is logged by the pool
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("logs through SLF4J", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        throw new SQLException("not a " + type.getName(), "0A000");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return type.isInstance(this);
    }

    @Override
    public String toString() {
        return "connections of node \"" + node.name() + "\"";
    }
}
