package io.dbops.tx;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Which unit of work the calling thread is inside of. A unit inside another one is a part of it: it runs once, on the
 * same connection, and when it throws, the whole is not committed, even if the outer unit catches that.
 */
final class Nesting {

    private final EnclosingTransaction framework;
    private final ThreadLocal<@Nullable Enclosing> current = new ThreadLocal<>();

    Nesting(EnclosingTransaction framework) {
        this.framework = framework;
    }

    /** The unit that is open, and whether it may still be committed. */
    private static final class Enclosing {
        final DataSource dataSource;
        final Connection connection;
        final Unit unit;

        @Nullable
        Throwable failed;

        Enclosing(DataSource dataSource, Connection connection, Unit unit) {
            this.dataSource = dataSource;
            this.connection = connection;
            this.unit = unit;
        }
    }

    /** Whether a unit that began now would be inside a transaction. */
    boolean isInside(DataSource dataSource) {
        return current.get() != null || framework.connection(dataSource) != null;
    }

    /** Runs the work of an outermost unit, so that units inside it find it. */
    <T, X extends Exception> T outermost(
            DataSource dataSource, Connection connection, Unit unit, SqlFunction<T, X> work) throws SQLException, X {
        var enclosing = new Enclosing(dataSource, connection, unit);
        current.set(enclosing);
        T result;
        try {
            result = work.apply(connection);
        } finally {
            current.remove();
        }
        if (enclosing.failed != null) {
            throw new SwallowedErrorException(enclosing.failed);
        }
        return result;
    }

    /** Runs the work of a unit inside a transaction. */
    <T, X extends Exception> T inside(DataSource dataSource, Unit unit, SqlFunction<T, X> work) throws SQLException, X {
        Enclosing enclosing = current.get();
        if (enclosing == null) {
            Connection connection = framework.connection(dataSource);
            if (connection == null) {
                throw new IllegalStateException("the enclosing transaction has ended");
            }
            requireJoinable(unit, connection.isReadOnly(), false, null);
            return outermost(dataSource, connection, unit, work);
        }
        requireSameView(dataSource, unit, enclosing);
        requireJoinable(unit, enclosing.unit.readOnly(), enclosing.unit.idempotent(), enclosing.unit.isolation());
        try {
            return work.apply(enclosing.connection);
        } catch (Throwable failure) {
            if (enclosing.failed == null) {
                enclosing.failed = failure;
            }
            throw failure;
        }
    }

    /** What writes is on the primary, which shows everything; what only reads is where its own view allowed it to be. */
    private static void requireSameView(DataSource dataSource, Unit unit, Enclosing enclosing) {
        if (unit.readOnly() && enclosing.unit.readOnly() && !dataSource.equals(enclosing.dataSource)) {
            throw new IllegalStateException(unit + " asks for another consistency than the transaction it is inside of,"
                    + " which only reads and may be served by a replica; ask for the same there, or begin it outside");
        }
    }

    private static void requireJoinable(
            Unit unit, boolean readOnly, boolean idempotent, @Nullable Isolation isolation) {
        if (idempotent && !unit.idempotent() && !unit.readOnly()) {
            throw new IllegalStateException(unit + " may not be done twice, but is inside one that may; ask for"
                    + " .idempotent() here too, or not there");
        }
        if (readOnly && !unit.readOnly()) {
            throw new IllegalStateException(unit + " writes, but is inside a transaction that only reads");
        }
        if (unit.isolation() != null && unit.isolation() != isolation) {
            throw new IllegalStateException(unit + " asks for isolation " + unit.isolation()
                    + ", but is inside a transaction that has "
                    + (isolation == null ? "the connection's own" : isolation) + "; ask for it there");
        }
    }

    /** Runs a part of a unit, of which nothing stays if it throws. */
    @SuppressWarnings("ReferenceEquality") // an exception and a connection are nothing but themselves
    <T, X extends Exception> T savepoint(Connection connection, SqlFunction<T, X> work) throws SQLException, X {
        Enclosing enclosing = current.get();
        Throwable failedBefore = enclosing == null ? null : enclosing.failed;
        Savepoint savepoint = connection.setSavepoint();
        try {
            T result = work.apply(connection);
            connection.releaseSavepoint(savepoint);
            return result;
        } catch (Throwable failure) {
            try {
                connection.rollback(savepoint);
                connection.releaseSavepoint(savepoint);
                if (enclosing != null && connection == enclosing.connection) {
                    enclosing.failed = failedBefore;
                }
            } catch (SQLException | RuntimeException e) {
                if (e != failure) {
                    failure.addSuppressed(e);
                }
            }
            throw failure;
        }
    }
}
