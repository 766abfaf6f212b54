package io.dbops.tx;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs units of work, each in a transaction of its own: borrow a connection, do the work, commit, give it back.
 *
 * <p>A unit that throws is rolled back and its exception passes through as it is; a failure of the rollback is added
 * to it as suppressed. A unit runs once: nothing is retried. A unit inside a unit is a second transaction on a second
 * connection.
 *
 * <p>Thread-safe. Every call blocks until the unit has ended, and holds one connection meanwhile.
 */
public final class Transactions {

    private static final Logger LOG = LoggerFactory.getLogger(Transactions.class);

    private final DataSource dataSource;

    private Transactions(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Transactions on connections of this data source, which stays the caller's to close.
     *
     * @param dataSource gives the connections
     * @return the doors
     */
    public static Transactions over(DataSource dataSource) {
        return new Transactions(requireNonNull(dataSource, "dataSource"));
    }

    /**
     * Runs a unit that may write.
     *
     * @param <T> what the unit returns
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @return the unit's result, after its commit
     * @throws SQLException if the database refuses, or the outcome of the commit is not known
     * @throws X if the unit throws it
     */
    public <T, X extends Exception> T write(SqlFunction<T, X> work) throws SQLException, X {
        return transact(false, requireNonNull(work, "work"));
    }

    /**
     * Runs a unit that may write and returns nothing.
     *
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @throws SQLException if the database refuses, or the outcome of the commit is not known
     * @throws X if the unit throws it
     */
    public <X extends Exception> void run(SqlAction<X> work) throws SQLException, X {
        requireNonNull(work, "work");
        SqlFunction<Boolean, X> asFunction = connection -> {
            work.accept(connection);
            return true;
        };
        transact(false, asFunction);
    }

    /**
     * Runs a unit that only reads. It is declared read-only, so it may be served by a replica, and the database
     * refuses its writes.
     *
     * @param <T> what the unit returns
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @return the unit's result
     * @throws SQLException if the database refuses
     * @throws X if the unit throws it
     */
    public <T, X extends Exception> T read(SqlFunction<T, X> work) throws SQLException, X {
        return transact(true, requireNonNull(work, "work"));
    }

    private <T, X extends Exception> T transact(boolean readOnly, SqlFunction<T, X> work) throws SQLException, X {
        Connection connection = dataSource.getConnection();
        T result;
        try {
            if (readOnly) {
                connection.setReadOnly(true);
            }
            connection.setAutoCommit(false);
            result = work.apply(connection);
            connection.commit();
        } catch (Throwable failure) {
            abandon(connection, failure);
            throw failure;
        }
        closeCommitted(connection);
        return result;
    }

    private static void abandon(Connection connection, Throwable failure) {
        try (connection) {
            connection.rollback();
        } catch (SQLException | RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** The commit was acknowledged: a failure to give the connection back must not look like a failed transaction. */
    private static void closeCommitted(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.warn("A connection could not be given back after its transaction was committed", e);
        }
    }
}
