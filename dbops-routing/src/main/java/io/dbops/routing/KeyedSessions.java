package io.dbops.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of keys, such as users.
 *
 * <p>As many as fit are kept for a time. One that is not kept any more is still found under its key while anybody holds
 * it, so that a key never has two sessions at once. And when nobody holds it, it must not take its writes with it:
 * whoever asks for the key again would read what is older. So the writes and reads of sessions that were not kept go on to
 * count in one session for all of them, which every keyed session covers, too. Forgetting costs reads that stay on the
 * primary for some milliseconds, never a stale one.
 *
 * <p>Thread-safe.
 */
final class KeyedSessions {

    private final RouterCore core;
    private final SessionState forgotten;
    /** Every session that somebody holds. */
    private final Cache<String, SessionState> held =
            Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    private final Cache<String, SessionState> kept;

    KeyedSessions(RouterCore core, int most, Duration idle) {
        this.core = core;
        forgotten = new SessionState(core);
        kept = Caffeine.newBuilder()
                .maximumSize(most)
                .expireAfterAccess(idle)
                .executor(Runnable::run)
                .evictionListener(this::forget)
                .build();
    }

    SessionState of(String key) {
        SessionState session = held.get(key, unknown -> new SessionState(core, forgotten));
        if (kept.getIfPresent(key) == null) {
            kept.put(key, session);
        }
        return session;
    }

    /** Called before the session is out of the cache. */
    private void forget(@Nullable String key, @Nullable SessionState session, RemovalCause cause) {
        if (session != null) {
            session.passOn();
        }
    }
}
