package io.dbops.tx;

import java.sql.Connection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the calling thread is inside a transaction that somebody else has begun, such as a framework. A unit of
 * work then joins that transaction: it runs once on its connection, and who began it commits it.
 */
@FunctionalInterface
public interface EnclosingTransaction {

    /** There never is one. */
    EnclosingTransaction NONE = dataSource -> null;

    /**
     * The connection of the open transaction on a data source.
     *
     * @param dataSource the data source that the unit would take a connection from
     * @return the connection, borrowed; {@code null} if no transaction is open on this thread
     */
    @Nullable
    Connection connection(DataSource dataSource);
}
