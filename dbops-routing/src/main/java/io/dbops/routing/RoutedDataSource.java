package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Consistency;
import io.dbops.Explanation;
import io.dbops.Node;
import io.dbops.PoolStatus;
import io.dbops.Router;
import io.dbops.RoutingDecision;
import io.dbops.Session;
import io.dbops.Token;
import io.dbops.Topology;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source whose connections go where they may: an open router over a cluster.
 *
 * <p>A connection takes a physical one at its first statement. Declared read-only by then
 * ({@link Connection#setReadOnly}) it may come from a replica that has all that the session of the calling thread
 * wrote; otherwise it comes from the primary. In autocommit mode each statement is a unit of work of its own, and the
 * connection changes nodes between them when it must. {@code connection.unwrap(RoutingDecision.class)} tells which
 * node serves, and why.
 *
 * <p>Thread-safe. Getting a connection does not block; its first statement waits for the chosen node's pool. Closing
 * ends the watch, and the pools that were opened for this router.
 */
public final class RoutedDataSource implements DataSource, Router {

    private final RouterCore core;
    private final @Nullable Meters meters;
    private final ViewDataSource bySession;

    RoutedDataSource(RouterCore core, @Nullable Meters meters) {
        this.core = core;
        this.meters = meters;
        bySession = ViewDataSource.ofEntered(core, Consistency.session());
    }

    @Override
    public Connection getConnection() throws SQLException {
        return bySession.getConnection();
    }

    @Override
    public DataSource dataSource(Consistency consistency) {
        core.check(requireNonNull(consistency, "consistency"));
        return consistency instanceof Consistency.OfSession ? this : ViewDataSource.ofEntered(core, consistency);
    }

    @Override
    public Session session() {
        return new SessionState(core);
    }

    @Override
    public Session sessionFor(String key) {
        return core.sessionFor(requireNonNull(key, "key"));
    }

    @Override
    public Session resume(Token token) {
        return core.tokens().resume(requireNonNull(token, "token"));
    }

    @Override
    public void add(Node node) {
        core.changes().add(requireNonNull(node, "node"));
    }

    @Override
    public void remove(String name) {
        core.changes().remove(requireNonNull(name, "name"));
    }

    @Override
    public void drain(String name) {
        core.changes().drain(requireNonNull(name, "name"), true);
    }

    @Override
    public void undrain(String name) {
        core.changes().drain(requireNonNull(name, "name"), false);
    }

    @Override
    public Topology topology() {
        return core.overview().topology();
    }

    @Override
    public List<PoolStatus> pools() {
        return core.overview().pools();
    }

    @Override
    public Map<RoutingDecision, Long> decisions() {
        return core.overview().decisions();
    }

    @Override
    public Explanation explain(Consistency consistency) {
        return core.currentSession().explain(consistency);
    }

    /**
     * How many reads went to the primary for no other reason than a write of the process-wide session. Sessions would
     * win some of them for the replicas.
     *
     * @return the count since this was opened
     */
    public long unscopedReads() {
        return core.unscoped();
    }

    @Override
    public void close() {
        if (meters != null) {
            meters.close();
        }
        core.close();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return bySession.getConnection(username, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return bySession.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        bySession.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        bySession.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() {
        return bySession.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return bySession.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        return iface.isInstance(this) ? iface.cast(this) : bySession.unwrap(iface);
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this) || bySession.isWrapperFor(iface);
    }
}
