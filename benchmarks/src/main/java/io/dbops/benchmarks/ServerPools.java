package io.dbops.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.test.EmbeddedNode;
import java.time.Duration;
import java.util.Map;

/** HikariCP pools to real servers, alike for all contenders of a scenario. */
public final class ServerPools {

    /**
     * What makes pgJDBC give up on a server: a second for a TCP connection, two for a login, five for an answer. With
     * these a server that is gone is noticed even where the network says nothing.
     */
    public static final Map<String, String> IMPATIENT =
            Map.of("connectTimeout", "1", "loginTimeout", "2", "socketTimeout", "5", "tcpKeepAlive", "true");

    private ServerPools() {}

    /**
     * Opens a pool; the caller closes it.
     *
     * @param name the pool's name
     * @param url of the driver that is pooled
     * @param role a node whose user and password are used
     * @param properties the driver's
     * @param size how many connections, all opened at once
     * @param connectionTimeout how long a caller waits for a connection
     * @return the pool, open or trying to
     */
    public static HikariDataSource open(
            String name,
            String url,
            EmbeddedNode role,
            Map<String, String> properties,
            int size,
            Duration connectionTimeout) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setUsername(role.user());
        config.setPassword(role.password());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(connectionTimeout.toMillis());
        properties.forEach(config::addDataSourceProperty);
        return new HikariDataSource(config);
    }
}
