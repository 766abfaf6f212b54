package io.dbops.routing;

import io.dbops.dialect.Backend;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ServerIdentity;
import io.dbops.time.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The writes whose outcome is open: the connection each ran on is lost, and its server process may still commit.
 *
 * <p>The reads of their sessions stay on the primary until the process is seen to be gone. Thread-safe.
 */
final class OpenOutcomes {

    /** A write of this session, by this process. */
    private record Write(SessionState session, Backend backend) {}

    private final Queue<Write> writes = new ConcurrentLinkedQueue<>();

    /** Keeps a session on the primary until the process that ran its write is seen to be gone. */
    void add(SessionState session, Backend backend) {
        session.unsettle();
        writes.add(new Write(session, backend));
    }

    /**
     * Decides the outcomes whose server process has ended, or whose server is not the primary's any more.
     *
     * @param open a connection to the primary
     * @param server the server that it leads to
     * @return whether some are still open
     */
    boolean settle(Connection open, Dialect dialect, ServerIdentity server, Clock clock) throws SQLException {
        for (Write write = writes.poll(); write != null; write = writes.poll()) {
            boolean gone = false;
            try {
                gone = !write.backend.server().isSameRunAs(server) || dialect.isGone(open, write.backend);
            } finally {
                if (gone) {
                    write.session.settle(clock.nanos());
                } else {
                    writes.add(write);
                }
            }
            if (!gone) {
                break;
            }
        }
        return !writes.isEmpty();
    }
}
