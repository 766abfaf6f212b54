package io.dbops.benchmarks;

import java.net.URI;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Map;
import java.util.Properties;
import java.util.function.Function;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stub servers by URL, {@code jdbc:stub://<name>:<port>/app}, for those who know no data sources. Registered with
 * {@link DriverManager} from {@link #of} to {@link #close}.
 */
final class StubDriver implements Driver, AutoCloseable {

    private static final String PREFIX = "jdbc:stub://";

    private final Map<String, StubServer> servers;

    private StubDriver(Map<String, StubServer> servers) {
        this.servers = servers;
    }

    static StubDriver of(StubServer... servers) throws SQLException {
        var driver = new StubDriver(
                Stream.of(servers).collect(Collectors.toUnmodifiableMap(StubServer::toString, Function.identity())));
        DriverManager.registerDriver(driver);
        return driver;
    }

    @Override
    public void close() {
        try {
            DriverManager.deregisterDriver(this);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public @Nullable Connection connect(String url, Properties info) throws SQLException {
        if (!acceptsURL(url)) {
            return null;
        }
        StubServer server =
                servers.get(URI.create(url.substring("jdbc:".length())).getHost());
        if (server == null) {
            throw new SQLException(url + ": only " + servers.keySet() + " are there", "08001");
        }
        return server.getConnection();
    }

    @Override
    public boolean acceptsURL(String url) {
        return url.startsWith(PREFIX);
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties info) {
        return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
        return 1;
    }

    @Override
    public int getMinorVersion() {
        return 0;
    }

    @Override
    public boolean jdbcCompliant() {
        return false;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("not part of the stub", "0A000");
    }
}
