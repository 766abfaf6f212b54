package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Consistency;
import io.dbops.Explanation;
import io.dbops.Session;
import io.dbops.Token;
import io.dbops.dialect.ServerIdentity;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A session: the instant of its last write, how many of its writes have an open outcome, and where it has read.
 * Thread-safe.
 */
final class SessionState implements Session {

    private static final long NEVER = -1;

    private final RouterCore core;
    /** What this session has to cover beside its own writes, if anything. */
    private final @Nullable SessionState base;
    /** Only grows: a thread that is late with its instant must not take back another's. */
    private final AtomicLong lastWrite = new AtomicLong(NEVER);

    private final AtomicInteger unsettled = new AtomicInteger();
    private final ReadMarks reads = new ReadMarks();
    private final SessionView bySession;
    /** Whether what is written and read from now on counts for {@link #base} as well. */
    private volatile boolean passesOn;
    /** The epoch that the writes since the last look at failovers belong to. */
    private volatile long epochOfWrites;

    private final AtomicBoolean lost = new AtomicBoolean();

    private volatile @Nullable Avoided avoided;

    /** A node that the session's reads keep away from for a moment. */
    private record Avoided(RoutedNode node, long until) {}

    SessionState(RouterCore core) {
        this(core, null);
    }

    SessionState(RouterCore core, @Nullable SessionState base) {
        this.core = core;
        this.base = base;
        bySession = new SessionView(core, this, Consistency.session());
    }

    /** Keeps the session's next reads away from a node, while another one may serve them. */
    void avoid(RoutedNode node, long nanos) {
        avoided = new Avoided(node, core.clock().nanos() + nanos);
    }

    /** The node to keep away from, if there is one. */
    @Nullable
    RoutedNode avoided() {
        Avoided current = avoided;
        if (current == null) {
            return null;
        }
        if (core.clock().nanos() < current.until) {
            return current.node;
        }
        avoided = null;
        return null;
    }

    /** Notes that something may have been committed until now, in this epoch. */
    void wrote(long now, long epoch) {
        long before = epochOfWrites;
        if (epoch > before) {
            loseIf(isLost(before, lastWrite.get()));
            epochOfWrites = epoch;
        }
        lastWrite.accumulateAndGet(now, Math::max);
        // It may come late: for the session may have written in a later epoch by now, or be about to, and then only the
        // failovers since are looked at.
        if (isLost(epoch, now)) {
            loseIf(true);
        }
        if (passesOn && base != null) {
            base.wrote(now, epoch);
        }
    }

    /** Notes that a read has ended on this run of a server, under a level that minds. */
    void read(RoutedNode node, ServerIdentity server, long now) {
        reads.read(node, server, now);
        if (passesOn && base != null) {
            base.reads.readSomewhere(now);
        }
    }

    /** From now on the writes and reads of this session, those that it has made too, count for its base. */
    void passOn() {
        SessionState to = base;
        if (to != null) {
            passesOn = true;
            long write = lastWrite.get();
            if (write != NEVER) {
                to.wrote(write, epochOfWrites);
            }
            long read = reads.lastEnded();
            if (read != NEVER) {
                to.reads.readSomewhere(read);
            }
        }
    }

    private boolean isLost(long epoch, long write) {
        if (write == NEVER) {
            return false;
        }
        for (Failover failover : core.monitor().failovers()) {
            if (failover.ended() >= epoch && write >= failover.keptBefore()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean mayHaveLostWrites() {
        if (!lost.get()) {
            loseIf(isLost(epochOfWrites, lastWrite.get()));
        }
        return lost.get();
    }

    /** Begins where a token ends: with everything that was acknowledged before this instant to be seen. */
    void resumeAt(long instant, long epoch, boolean mayBeLost) {
        epochOfWrites = epoch;
        lastWrite.set(instant);
        loseIf(mayBeLost);
    }

    private void loseIf(boolean mayBeLost) {
        if (mayBeLost && lost.compareAndSet(false, true)) {
            core.countLostSession();
        }
    }

    /** Whether a node with all commits before this instant has all that the session wrote. */
    boolean isCoveredBy(long freshAsOf) {
        return freshAsOf > lastWrite.get() && (base == null || base.isCoveredBy(freshAsOf));
    }

    boolean hasUnsettledWrites() {
        return unsettled.get() > 0;
    }

    void unsettle() {
        unsettled.incrementAndGet();
    }

    /** A write with an open outcome has happened, or never will, by now. */
    void settle(long now) {
        wrote(now, epochOfWrites);
        unsettled.decrementAndGet();
    }

    /** Whether a node with all commits before this instant shows nothing older than what the session read. */
    boolean hasReadUpTo(RoutedNode node, @Nullable ServerIdentity server, long freshAsOf) {
        return reads.areCoveredBy(node, server, freshAsOf)
                && (base == null || base.reads.areCoveredBy(node, server, freshAsOf));
    }

    /** The last instant at which the session wrote, or read under a level that minds; -1 if it did neither. */
    long lastSeen() {
        long seen = Math.max(lastWrite.get(), reads.lastEnded());
        return base == null ? seen : Math.max(seen, base.lastSeen());
    }

    SessionView view() {
        return bySession;
    }

    @Override
    public Token token() throws SQLException {
        return core.tokens().issue(this);
    }

    @Override
    public DataSource dataSource(Consistency consistency) {
        core.check(requireNonNull(consistency, "consistency"));
        return ViewDataSource.of(core, this, consistency);
    }

    @Override
    public Explanation explain(Consistency consistency) {
        core.check(requireNonNull(consistency, "consistency"));
        return Explainer.now(core.view(this, consistency)).explain();
    }

    @Override
    public Scope enter() {
        return core.scope().enter(this);
    }
}
