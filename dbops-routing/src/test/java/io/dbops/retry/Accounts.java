package io.dbops.retry;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Two accounts with 100 each on a real server, and a pool that leads there. */
final class Accounts implements AutoCloseable {

    final HikariDataSource pool = new HikariDataSource();

    private final EmbeddedCluster cluster;

    Accounts(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pool.setJdbcUrl(cluster.primary().url());
        pool.setUsername(cluster.primary().user());
        pool.setPassword(cluster.primary().password());
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(0);
    }

    void create() throws SQLException {
        outside("drop table if exists account");
        outside("create table account (id int primary key, amount int not null)");
        outside("insert into account values (1, 100), (2, 100)");
    }

    /** Executes something on a connection of its own. */
    void outside(String sql) throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            execute(connection, sql);
        }
    }

    /** What everybody sees of an account. */
    int amount(int id) throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            return number(connection, "select amount from account where id = " + id);
        }
    }

    /** Ends a connection from the server's side. */
    void lose(Connection connection) throws SQLException {
        outside("select pg_terminate_backend(" + number(connection, "select pg_backend_pid()") + ")");
    }

    /** Executes something that need not return rows. */
    static int execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return statement.getUpdateCount();
        }
    }

    static int number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Closes the pool, of which nothing may be in use. */
    @Override
    public void close() {
        int inUse = pool.isRunning() ? pool.getHikariPoolMXBean().getActiveConnections() : 0;
        pool.close();
        assertThat(inUse).as("connections in use").isZero();
    }
}
