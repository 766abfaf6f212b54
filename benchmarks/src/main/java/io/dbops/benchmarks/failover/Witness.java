package io.dbops.benchmarks.failover;

import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A superuser's session with a replica, open before it is needed: connecting takes its time on a busy machine. */
record Witness(EmbeddedNode node, Connection connection) implements AutoCloseable {

    static Witness of(EmbeddedNode node) throws SQLException {
        return new Witness(node, node.connectAsSuperuser());
    }

    /** How much of its primary's log it has received, in bytes. */
    long received() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_last_wal_receive_lsn() - '0/0'::pg_lsn")) {
            row.next();
            return row.getLong(1);
        }
    }

    /** The instant at which it takes writes, seen within a few milliseconds. {@code pg_promote} looks only every 100. */
    long promotion() {
        try (Statement statement = connection.createStatement()) {
            while (true) {
                long asked = System.nanoTime();
                try (ResultSet row = statement.executeQuery("select pg_is_in_recovery()")) {
                    row.next();
                    if (!row.getBoolean(1)) {
                        return asked;
                    }
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the promotion of " + node + " was not seen", e);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
