package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes to the log what changed, a line a change. Of what comes and goes again and again each kind of line is written
 * once a minute; what was left out last is made up for then, so that the last line about a thing is not wrong for
 * longer than that. What concerns the primary is always written.
 *
 * <p>Not thread-safe.
 */
final class EventLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.dbops.routing.events");

    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private static final int MOST_REMEMBERED = 256;

    private final Clock clock;
    private final Map<Object, Story> stories = new HashMap<>();

    /** What events are about that undo each other. */
    private record Subject(String what, String node) {}

    /** What was written about one subject, and what was not. */
    private static final class Story {
        private final Map<Class<?>, Long> writtenAt = new HashMap<>();
        private @Nullable ClusterEvent last;
        private @Nullable ClusterEvent leftOut;

        boolean isQuiet(ClusterEvent event, long now) {
            Long at = writtenAt.get(event.getClass());
            return at != null && now - at <= QUIET;
        }

        void write(ClusterEvent event, long now) {
            writtenAt.put(event.getClass(), now);
            last = event;
            leftOut = null;
            log(event);
        }

        boolean isOver(long now) {
            return leftOut == null && writtenAt.values().stream().allMatch(at -> now - at > QUIET);
        }
    }

    EventLog(Clock clock) {
        this.clock = clock;
    }

    /**
     * Writes a line, or keeps it for later.
     *
     * @return whether it is news
     */
    boolean note(ClusterEvent event) {
        if (isAboutPrimary(event)) {
            log(event);
            return true;
        }
        long now = clock.nanos();
        if (stories.size() > MOST_REMEMBERED) {
            stories.values().removeIf(story -> story.isOver(now));
        }
        Story story = stories.computeIfAbsent(subject(event), subject -> new Story());
        if (!story.isQuiet(event, now)) {
            story.write(event, now);
            return true;
        }
        if (event instanceof ClusterEvent.SeveralServers) {
            // Found again with each connection: this is not a change each time, and lasts.
            story.writtenAt.put(event.getClass(), now);
        } else {
            story.leftOut = event;
        }
        return false;
    }

    /** Writes what was kept for later, as far as it is still true. */
    void catchUp() {
        long now = clock.nanos();
        for (Story story : stories.values()) {
            ClusterEvent event = story.leftOut;
            if (event != null && event.equals(story.last)) {
                story.leftOut = null;
            } else if (event != null && !story.isQuiet(event, now)) {
                story.write(event, now);
            }
        }
    }

    private static boolean isAboutPrimary(ClusterEvent event) {
        return event instanceof ClusterEvent.PrimaryFollowed
                || event instanceof ClusterEvent.PrimaryLost
                || event instanceof ClusterEvent.Contested
                || event instanceof ClusterEvent.WritesMayBeLost;
    }

    private static Object subject(ClusterEvent event) {
        if (event instanceof ClusterEvent.NodeLost lost) {
            return new Subject("watch", lost.node());
        } else if (event instanceof ClusterEvent.NodeBack back) {
            return new Subject("watch", back.node());
        } else if (event instanceof ClusterEvent.NodeDrained drained) {
            return new Subject("drain", drained.node());
        } else if (event instanceof ClusterEvent.NodeUndrained undrained) {
            return new Subject("drain", undrained.node());
        } else if (event instanceof ClusterEvent.NodeAdded added) {
            return new Subject("member", added.node());
        } else if (event instanceof ClusterEvent.NodeRemoved removed) {
            return new Subject("member", removed.node());
        }
        return event;
    }

    private static void log(ClusterEvent event) {
        boolean isGood = event instanceof ClusterEvent.PrimaryFollowed
                || event instanceof ClusterEvent.NodeBack
                || event instanceof ClusterEvent.NodeAdded
                || event instanceof ClusterEvent.NodeUndrained;
        if (isGood) {
            LOG.info("{}", event.message());
        } else {
            LOG.warn("{}", event.message());
        }
    }
}
