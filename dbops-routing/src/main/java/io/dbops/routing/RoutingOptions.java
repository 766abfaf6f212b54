package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.time.Clock;
import io.dbops.time.SystemClock;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All that a router is told when it is opened, each group of settings in a value that checks itself.
 *
 * @param sampling how often nodes are asked, and how fast they must answer
 * @param reads what becomes of reads
 * @param succession what is done while the primary changes
 * @param sessions which sessions are kept
 * @param units how units of work are run
 * @param needsPrimary whether opening fails without a primary
 * @param discovering who looks for more nodes, if anybody
 * @param listener who is told what happens, beside the log
 * @param clock where the time comes from
 */
record RoutingOptions(
        Sampling sampling,
        Reads reads,
        Succession succession,
        Sessions sessions,
        Units units,
        boolean needsPrimary,
        @Nullable Discovering discovering,
        Consumer<? super ClusterEvent> listener,
        Clock clock) {

    /** The defaults, under a sampling. */
    static RoutingOptions of(Sampling sampling) {
        return new RoutingOptions(
                sampling,
                Reads.DEFAULT,
                Succession.DEFAULT,
                Sessions.DEFAULT,
                Units.DEFAULT,
                true,
                null,
                event -> {},
                SystemClock.INSTANCE);
    }

    RoutingOptions with(Sampling changed) {
        return new RoutingOptions(
                changed, reads, succession, sessions, units, needsPrimary, discovering, listener, clock);
    }

    RoutingOptions with(Reads changed) {
        return new RoutingOptions(
                sampling, changed, succession, sessions, units, needsPrimary, discovering, listener, clock);
    }

    RoutingOptions with(Succession changed) {
        return new RoutingOptions(
                sampling, reads, changed, sessions, units, needsPrimary, discovering, listener, clock);
    }

    RoutingOptions with(Sessions changed) {
        return new RoutingOptions(
                sampling, reads, succession, changed, units, needsPrimary, discovering, listener, clock);
    }

    RoutingOptions with(Units changed) {
        return new RoutingOptions(
                sampling, reads, succession, sessions, changed, needsPrimary, discovering, listener, clock);
    }

    RoutingOptions with(Discovering changed) {
        return new RoutingOptions(sampling, reads, succession, sessions, units, needsPrimary, changed, listener, clock);
    }

    RoutingOptions needingPrimary(boolean needed) {
        return new RoutingOptions(sampling, reads, succession, sessions, units, needed, discovering, listener, clock);
    }

    RoutingOptions telling(Consumer<? super ClusterEvent> told) {
        return new RoutingOptions(sampling, reads, succession, sessions, units, needsPrimary, discovering, told, clock);
    }

    RoutingOptions timedBy(Clock other) {
        return new RoutingOptions(
                sampling, reads, succession, sessions, units, needsPrimary, discovering, listener, other);
    }

    /** Time for connecting, being asked, and opening a pool. */
    Duration openWithin() {
        return sampling.answerWithin().multipliedBy(2).plusSeconds(5);
    }
}
