package io.dbops.routing;

import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether the newest of a primary's log stays with it, so that no replica can get to where the primary is.
 *
 * <p>A commit that was not to wait is written out in a moment; what a mere read left in the log is not, while nobody
 * commits, and would keep every replica from the sessions that wrote before. Not thread-safe: belongs to one observer's
 * thread.
 */
final class UnwrittenLog {

    /** There is nothing to look for. */
    static final long NONE = -1;

    /** PostgreSQL writes out asynchronous commits within three times its {@code wal_writer_delay}, of 200 ms. */
    private static final long PATIENCE = Duration.ofMillis(600).toNanos();

    private @Nullable Position position;
    private long since;

    /**
     * Takes in what a node answered.
     *
     * @param askedAt an instant before the question was sent
     * @return whether it is a primary whose log has ended at the same position, not written out, for some time
     */
    boolean isStuck(Observation observation, long askedAt) {
        if (!(observation instanceof Observation.Primary primary) || primary.isWrittenOut()) {
            position = null;
            return false;
        }
        if (!primary.position().equals(position)) {
            position = primary.position();
            since = askedAt;
            return false;
        }
        if (askedAt - since < PATIENCE) {
            return false;
        }
        since = askedAt;
        return true;
    }

    /** When the node should be asked again to know more, or {@link #NONE}. */
    long nextLook() {
        return position == null ? NONE : since + PATIENCE;
    }
}
