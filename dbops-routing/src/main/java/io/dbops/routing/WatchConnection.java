package io.dbops.routing;

import io.dbops.time.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection over which a node is watched, which no pool counts.
 *
 * <p>It is opened when there is something to ask, and given up when that fails, or when the node's name may lead
 * elsewhere by now. Belongs to the thread of one observer; others may only {@link #renew} and {@link #abort}.
 */
final class WatchConnection {

    private static final Logger LOG = LoggerFactory.getLogger(WatchConnection.class);

    /** Not even a name that leads somewhere else each time makes the watch connect more often. */
    private static final long RENEWAL = Duration.ofMillis(250).toNanos();

    private final RoutedNode node;
    private final Clock clock;
    private final String applicationName;
    private final Duration answerWithin;

    private volatile boolean renewing;
    private volatile @Nullable Connection connection;

    WatchConnection(RoutedNode node, Clock clock, String application, Duration answerWithin) {
        this.node = node;
        this.clock = clock;
        applicationName = "dbops watch " + application;
        this.answerWithin = answerWithin;
    }

    boolean isOpen() {
        return connection != null;
    }

    /**
     * Asks for another connection, unless the present one is younger than one to the same node that leads to another
     * server.
     *
     * @param instant when that one was made
     */
    void renew(long instant) {
        long since = node.watchedSince();
        if (since < instant && clock.nanos() - since > RENEWAL) {
            renewing = true;
        }
    }

    /** The connection, opened if there is none, or another one was asked for. */
    Connection open() throws SQLException {
        if (renewing) {
            renewing = false;
            abort();
        }
        Connection open = connection;
        if (open == null) {
            open = node.node().connect(applicationName, answerWithin);
            connection = open;
            node.watchedSince(clock.nanos());
            open.setAutoCommit(true);
            open.setNetworkTimeout(Runnable::run, Math.toIntExact(answerWithin.toMillis()));
        }
        return open;
    }

    /** Gives the connection up without a word to the server, which may not listen. Whoever waits for it fails. */
    void abort() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException e) {
                failed(e);
            }
        }
    }

    /** Takes leave of the server. */
    void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                failed(e);
            }
        }
    }

    private void failed(SQLException error) {
        LOG.debug("The connection that watched node {} could not be ended", node, error);
    }
}
