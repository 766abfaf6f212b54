package io.dbops.pool;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A HikariCP pool of which the connections that it has too many are given up when they are borrowed next, by whoever
 * borrows them, who then waits for another. No queue is fair to a thread of its own: in a pool in full use a connection
 * that is given back goes to whoever comes by just then, seldom to who waits, and one that only wants to give one up
 * waited for ten seconds.
 *
 * <p>Thread-safe. Borrowing may take twice the pool's timeout while the pool shrinks; else it costs one volatile read more.
 */
final class ShrinkingDataSource extends HikariDataSource {

    private final HikariSize size;

    ShrinkingDataSource(HikariConfig config, HikariSize size) {
        super(config);
        this.size = size;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = super.getConnection();
        if (!size.givesUpOne()) {
            return connection;
        }
        evictConnection(connection);
        return super.getConnection();
    }
}
