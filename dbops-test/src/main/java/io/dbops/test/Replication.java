package io.dbops.test;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One server's part in the cluster: primary or standby, of whom, and how far behind.
 *
 * <p>A standby streams from a slot of its own, so that its primary keeps what it has not received, however long it is
 * stopped. The owner sees to it that changes are done one after another.
 */
final class Replication {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(2);

    private final String name;
    private final DataDirectory data;
    private final ServerProcess server;
    private volatile @Nullable Replication upstream;

    Replication(String name, DataDirectory data, ServerProcess server) {
        this.name = name;
        this.data = data;
        this.server = server;
    }

    /** Creates an empty database system, starts it, and creates what the application and the standbys need. */
    void createPrimary(Map<String, String> settings, List<Replication> standbys) throws IOException, SQLException {
        data.initialise(server.binaries(), settings);
        server.startSomewhere();
        try (PostgresControl control = control()) {
            control.createRoles();
            for (Replication standby : standbys) {
                control.ensureSlot(standby.name);
            }
            BaseCopy.copy(
                    control, data.path(), standbys.stream().map(s -> s.data).toList());
        }
    }

    /** Starts the copy that the primary has made, as its standby. */
    void createStandby(Replication primary, int primaryPort) throws IOException {
        data.configureStandby(name, primaryPort);
        server.startSomewhere();
        upstream = primary;
    }

    void pause() throws SQLException {
        try (PostgresControl control = control()) {
            control.requestReplayPause();
            Await.orFail(PATIENCE, control::isReplayPaused, () -> name + " did not pause" + server.logTail());
        }
    }

    void resume() throws SQLException {
        try (PostgresControl control = control()) {
            control.resumeReplay();
        }
    }

    void delay(Duration delay) throws SQLException {
        try (PostgresControl control = control()) {
            control.delayReplay(delay);
            Await.orFail(
                    PATIENCE,
                    () -> control.replayDelay().toMillis() == delay.toMillis(),
                    () -> name + " did not take the delay over" + server.logTail());
        }
    }

    void switchWal() throws SQLException {
        try (PostgresControl control = control()) {
            control.switchWal();
        }
    }

    void promote() throws SQLException {
        try (PostgresControl control = control()) {
            if (!control.promote()) {
                throw new ClusterException(name + " was not promoted" + server.logTail());
            }
            upstream = null;
        }
    }

    /** Makes this a standby of another server, which it reaches at the given port, and waits until it streams. */
    void follow(Replication next, int nextPort) throws IOException, SQLException {
        try (PostgresControl nextControl = next.control()) {
            if (!data.isStandby()) {
                server.stop();
            }
            nextControl.ensureSlot(name);
            if (server.isRunning()) {
                changeOver(nextPort);
            } else {
                data.configureStandby(name, nextPort);
                server.start();
            }
            Await.orFail(
                    PATIENCE,
                    () -> nextControl.isStreamingTo(name),
                    () -> name + " does not stream from " + next.name + "; if it has a history of its own, reclone() it"
                            + server.logTail());
        }
        leave(next);
        upstream = next;
    }

    private void changeOver(int nextPort) throws IOException, SQLException {
        try (PostgresControl control = control()) {
            if (control.isReplayPaused()) {
                throw new ClusterException(name + " changes over only while it replays: resumeReplay() first");
            }
            data.configureStandby(name, nextPort);
            control.reload();
        }
    }

    /** What nobody fetches from a slot any more is kept for ever, so the slot goes if its server can be asked. */
    private void leave(Replication next) throws SQLException {
        Replication previous = upstream;
        if (previous != null && previous != next && previous.answers()) {
            try (PostgresControl control = previous.control()) {
                Await.within(SLOT_PATIENCE, () -> control.dropSlot(name));
            }
        }
    }

    /** Starts over as a copy of the given primary, which it reaches at the given port. */
    void reclone(Replication primary, int primaryPort) throws IOException, SQLException {
        try (PostgresControl control = primary.control()) {
            server.kill();
            FileTrees.delete(data.path());
            control.ensureSlot(name);
            BaseCopy.copy(control, primary.data.path(), List.of(data));
        }
        data.configureStandby(name, primaryPort);
        server.start();
        upstream = primary;
    }

    /** Returns the position behind all that the primary has written. */
    long endOfWal() throws SQLException {
        try (PostgresControl control = control()) {
            return control.endOfWal();
        }
    }

    void awaitReplayed(long end, Duration timeout) throws SQLException {
        try (PostgresControl control = control()) {
            long[] replayed = new long[1];
            Await.orFail(
                    timeout,
                    () -> (replayed[0] = control.replayed()) >= end,
                    () -> "%s has replayed to %X, not to %X,".formatted(name, replayed[0], end));
        }
    }

    private boolean answers() {
        return server.isRunning() && !server.isFrozen();
    }

    /** Returns a superuser's session, which the caller closes. */
    private PostgresControl control() throws SQLException {
        if (!answers()) {
            throw new ClusterException(
                    name + (server.isRunning() ? " is frozen: thaw() it first" : " is not running: start() it first"));
        }
        return PostgresControl.connect(server.port());
    }
}
