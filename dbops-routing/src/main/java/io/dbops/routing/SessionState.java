package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Consistency;
import io.dbops.Session;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A session: the instant of its last write, and how many of its writes have an open outcome. Thread-safe. */
final class SessionState implements Session {

    private static final long NEVER = -1;

    private final RouterCore core;
    /** Only grows: a thread that is late with its instant must not take back another's. */
    private final AtomicLong lastWrite = new AtomicLong(NEVER);

    private final AtomicInteger unsettled = new AtomicInteger();
    private final SessionView bySession;

    SessionState(RouterCore core) {
        this.core = core;
        bySession = new SessionView(core, this, Consistency.session());
    }

    /** Notes that something may have been committed until now. */
    void wrote(long now) {
        lastWrite.accumulateAndGet(now, Math::max);
    }

    /** Whether a node with all commits before this instant has all that the session wrote. */
    boolean isCoveredBy(long freshAsOf) {
        return freshAsOf > lastWrite.get();
    }

    boolean hasUnsettledWrites() {
        return unsettled.get() > 0;
    }

    void unsettle() {
        unsettled.incrementAndGet();
    }

    /** A write with an open outcome has happened, or never will, by now. */
    void settle(long now) {
        wrote(now);
        unsettled.decrementAndGet();
    }

    SessionView view() {
        return bySession;
    }

    @Override
    public DataSource dataSource(Consistency consistency) {
        core.check(requireNonNull(consistency, "consistency"));
        SessionView view = core.view(this, consistency);
        return new ViewDataSource(core, () -> view);
    }

    @Override
    public Scope enter() {
        @Nullable SessionState before = core.entered();
        core.enter(this);
        return () -> core.enter(before);
    }
}
