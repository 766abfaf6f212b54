package io.dbops.routing;

import io.dbops.NoEligibleNodeException;
import io.dbops.Token;
import io.dbops.TokenException;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Issues tokens of sessions, and begins sessions where tokens end.
 *
 * <p>A token is the position of a sample that was asked for after the session's last write, so it usually costs no
 * round trip. Coming in, a position becomes an instant again: the oldest sample at or past it was asked for at T0, and
 * a node with all commits before T0 has it. What cannot be placed like that is not honoured:
 *
 * <ul>
 *   <li>of another cluster, or beyond what the primary has: refused;
 *   <li>of a later timeline than the primary's: this process has not seen the failover, and its primary may be the old
 *       one; it is waited for, and then refused;
 *   <li>of an earlier timeline: what the new primary was seen to have reached of it was kept. What lies beyond the start
 *       of the new timeline was lost, and is refused. In between it may have been lost, and the session says so.
 * </ul>
 *
 * <p>Thread-safe. Blocks for a bounded time.
 */
final class Tokens {

    private final RouterCore core;
    private final Duration validFor;

    Tokens(RouterCore core, Duration validFor) {
        this.core = core;
        this.validFor = validFor;
    }

    Token issue(SessionState session) throws SQLException {
        long deadline = deadline();
        awaitOutcomes(session, deadline);
        long seen = session.lastSeen();
        Sample sample = core.monitor().newestSample();
        if (sample == null || sample.askedAt() <= seen) {
            core.demandSample();
            core.monitor()
                    .await(
                            snapshot -> isSampledAfter(seen),
                            deadline - core.clock().nanos());
            sample = core.monitor().newestSample();
        }
        Position position = sample == null || sample.askedAt() <= seen ? ask() : sample.position();
        return new Token(position, Instant.ofEpochMilli(core.clock().wallMillis()));
    }

    private boolean isSampledAfter(long instant) {
        Sample newest = core.monitor().newestSample();
        return newest != null && newest.askedAt() > instant;
    }

    private void awaitOutcomes(SessionState session, long deadline) throws SQLException {
        while (session.hasUnsettledWrites()) {
            if (core.clock().nanos() >= deadline || isStopped()) {
                throw new NoEligibleNodeException(
                        "no token can be issued yet: " + "whether a write of the session took effect is not known");
            }
            core.clock().park(Pace.SPACING);
        }
    }

    /** The watch is late, or dead: the primary is asked over a connection of its pool. */
    private Position ask() throws SQLException {
        if (core.inquiry().observation() instanceof Observation.Primary primary) {
            return primary.position();
        }
        throw new NoEligibleNodeException("no token can be issued: the primary takes no writes any more");
    }

    SessionState resume(Token token) {
        checkAge(token);
        long start = core.clock().nanos();
        long soon = start + 2 * core.sampling().answerWithin().toNanos();
        long deadline = deadline();
        while (true) {
            Place place = core.monitor().place(token.position());
            if (place instanceof Place.At at) {
                return resumed(at);
            }
            if (place instanceof Place.Foreign) {
                throw refused(TokenException.Reason.OTHER_CLUSTER, "it is of another cluster than this one");
            }
            if (place instanceof Place.Lost) {
                throw refused(
                        TokenException.Reason.WRITE_LOST,
                        "what it stands for was lost in a failover, and no node has it");
            }
            if (place instanceof Place.Ahead ahead && ahead.newestAskedAt() > start) {
                throw refused(TokenException.Reason.IMPOSSIBLE, "it is beyond what the primary has");
            }
            long until = place instanceof Place.Newer ? deadline : Math.min(soon, deadline);
            if (core.clock().nanos() >= until || isStopped()) {
                return resumedUnplaced(place);
            }
            awaitNews(place, until);
        }
    }

    private SessionState resumed(Place.At at) {
        var session = new SessionState(core);
        session.resumeAt(at.instant() - 1, at.epoch(), at.mayBeLost());
        return session;
    }

    /** The watch does not tell: the primary that is followed has the position, if any node has. */
    private SessionState resumedUnplaced(Place place) {
        Snapshot snapshot = core.monitor().snapshot();
        if (place instanceof Place.Newer || snapshot.primary == null) {
            throw refused(
                    TokenException.Reason.NOT_REACHED,
                    place instanceof Place.Newer
                            ? "it is of a later timeline than any node was seen on; this process may follow an old primary"
                            : "there is no primary to compare it with: " + snapshot.whyNoPrimary);
        }
        var session = new SessionState(core);
        session.resumeAt(core.clock().nanos(), snapshot.epoch.number(), false);
        return session;
    }

    private void awaitNews(Place place, long until) {
        core.demandSample();
        if (place instanceof Place.Newer) {
            core.nodes().forEach(core::demandLook);
        }
        Sample before = core.monitor().newestSample();
        core.monitor()
                .await(
                        snapshot -> isOther(before),
                        Math.min(until - core.clock().nanos(), 50_000_000));
    }

    @SuppressWarnings("ReferenceEquality") // each sample is another object
    private boolean isOther(@Nullable Sample before) {
        return core.monitor().newestSample() != before;
    }

    private void checkAge(Token token) {
        Duration age = token.age(Instant.ofEpochMilli(core.clock().wallMillis()));
        if (age.compareTo(validFor) > 0) {
            throw refused(
                    TokenException.Reason.EXPIRED,
                    "it is " + age.toSeconds() + " s old, and tokens are valid for " + validFor.toSeconds() + " s");
        }
    }

    private boolean isStopped() {
        return core.isClosed() || Thread.currentThread().isInterrupted();
    }

    private static TokenException refused(TokenException.Reason reason, String rule) {
        return new TokenException(reason, "token: " + rule);
    }

    private long deadline() {
        return core.clock().nanos() + core.primaryPatienceNanos();
    }
}
