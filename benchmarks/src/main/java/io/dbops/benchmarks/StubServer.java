package io.dbops.benchmarks;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A server that costs nothing: no network, no parsing, each query answered by one row. What remains of a query's time is
 * the pool's and the router's.
 *
 * <p>It answers what {@code PostgresDialect} asks as a PostgreSQL server would that is idle: a replica is always where
 * its primary is. Thread-safe.
 */
final class StubServer implements DataSource {

    private static final String SYSTEM_ID = "7412345678901234567";
    private static final int TIMELINE = 1;
    private static final int RECEIVER_PID = 99;
    private static final BigDecimal POSITION = BigDecimal.valueOf(0x3000148);
    private static final int BLOCK_SIZE = 8192;
    private static final long SEGMENT_SIZE = 16L << 20;

    private final String name;
    private final boolean replica;
    private final int port;
    private final String startedAt;
    private final AtomicInteger backends = new AtomicInteger(1000);

    StubServer(String name, boolean replica, int port) {
        this.name = name;
        this.replica = replica;
        this.port = port;
        startedAt = "1795000000.00" + port;
    }

    @Override
    public Connection getConnection() {
        return new StubConnection(this, backends.incrementAndGet());
    }

    @Override
    public Connection getConnection(String username, String password) {
        return getConnection();
    }

    /** The row that answers a question of the monitor, by the column numbers of {@code PostgresDialect}. */
    StubRow answer(String sql, StubConnection asking) throws SQLException {
        if (sql.contains("'default_transaction_read_only'")) {
            return new StubRow(asking, asking.isReadOnly());
        }
        if (sql.contains("pg_is_in_recovery()")) {
            return new StubRow(
                    asking,
                    SYSTEM_ID,
                    startedAt,
                    "10.0.0.1",
                    port,
                    replica,
                    POSITION,
                    replica ? null : TIMELINE,
                    TIMELINE,
                    replica ? RECEIVER_PID : null,
                    replica ? TIMELINE : null,
                    BLOCK_SIZE,
                    SEGMENT_SIZE,
                    replica ? null : POSITION);
        }
        if (sql.contains("pg_backend_pid()")) {
            return new StubRow(asking, SYSTEM_ID, startedAt, "10.0.0.1", port, asking.pid(), startedAt);
        }
        throw new SQLException("the stub does not know an answer to: " + sql, "42601");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException("not part of the stub", "0A000");
    }

    @Override
    public void setLogWriter(PrintWriter out) {
        // Nothing is logged.
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // A login takes no time.
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("not part of the stub", "0A000");
    }

    @Override
    public <T> T unwrap(Class<T> iface) {
        return iface.cast(this);
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) {
        return iface.isInstance(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
