package io.dbops.routing;

import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.routing.jdbc.Lease;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * A connection to a node while a unit of work has it. What may have been committed on the primary stamps the session,
 * in good times and bad: by the end of the call, whether it returned or threw, and again when the connection is given
 * back, for there are ways to write that pass the wrapper.
 */
final class NodeLease implements Lease {

    private final Connection connection;
    private final SessionView view;
    private final Stamp stamp;
    private final Reason reason;
    /** Whether the server lets this connection write, as far as is known. */
    private boolean mayWrite;
    /** Whether no unit of work has begun since the choice. */
    private boolean justChosen = true;
    /** Whether it is known that the connection is lost. */
    private boolean lost;

    private int openStatements;

    /** A replica's connection. */
    NodeLease(SessionView view, Connection connection, Stamp stamp, Reason reason) {
        this.connection = connection;
        this.view = view;
        this.stamp = stamp;
        this.reason = reason;
    }

    /** The primary's connection. */
    NodeLease(SessionView view, Connection connection, Stamp stamp, Reason reason, boolean mayWrite) {
        this(view, connection, stamp, reason);
        this.mayWrite = mayWrite;
    }

    @Override
    public Connection connection() {
        return connection;
    }

    @Override
    public void statementOpened() {
        openStatements++;
    }

    @Override
    public void statementClosed() {
        openStatements--;
    }

    @Override
    public boolean hasOpenStatements() {
        return openStatements > 0;
    }

    @Override
    public boolean isPrimary() {
        return reason != Reason.FRESH_REPLICA && reason != Reason.ANY_REPLICA;
    }

    @Override
    public boolean stillServes() {
        if (isPrimary()) {
            return true;
        }
        if (justChosen) {
            // The clock was read a moment ago, but the session may have written since.
            justChosen = false;
            return view.admitsAtRest(stamp);
        }
        return view.admits(stamp);
    }

    @Override
    public void mayWrite() {
        mayWrite = true;
    }

    @Override
    public void mayHaveCommitted() {
        if (isPrimary() && mayWrite) {
            view.session().wrote(view.core().clock().nanos());
            view.core().demandSample();
        }
    }

    @Override
    public void failed(SQLException error) {
        Dialect dialect = stamp.node.knownDialect();
        if (dialect == null || dialect.classify(error) == ErrorClass.CONNECTION_LOST) {
            aborted();
        }
    }

    @Override
    public void aborted() {
        if (!lost) {
            lost = true;
            if (isPrimary() && mayWrite) {
                view.core().monitor().unsettle(view.session(), stamp);
            }
            view.core().demandLook(stamp.node);
        }
    }

    @Override
    public RoutingDecision decision() {
        return new RoutingDecision(stamp.node.name(), reason);
    }

    @Override
    public void release() throws SQLException {
        mayHaveCommitted();
        connection.close();
    }
}
