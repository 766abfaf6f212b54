package io.dbops.routing;

import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Standby;
import io.dbops.routing.jdbc.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Asks the primary over a connection of its pool what the watch does not tell, or not now.
 *
 * <p>Each question is a unit of work of the process's session, and blocks as long as one may. Thread-safe.
 */
final class PrimaryInquiry {

    private final PrimaryDoor door;
    private final SessionView view;

    PrimaryInquiry(PrimaryDoor door, SessionView view) {
        this.door = door;
        this.view = view;
    }

    /** The servers that stream from the primary. */
    List<Standby> standbys() throws SQLException {
        return ask((dialect, connection) -> dialect.standbys(connection));
    }

    /** What the primary says of itself. */
    Observation observation() throws SQLException {
        return ask((dialect, connection) -> dialect.observe(connection));
    }

    private interface Question<T> {
        T ask(Dialect dialect, Connection connection) throws SQLException;
    }

    private <T> T ask(Question<T> question) throws SQLException {
        Lease lease = door.lease(view, Reason.STRONG);
        try {
            Connection connection = lease.connection();
            T answer = question.ask(Dialect.of(connection), connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return answer;
        } catch (SQLException e) {
            lease.failed(e);
            throw e;
        } finally {
            lease.release();
        }
    }
}
