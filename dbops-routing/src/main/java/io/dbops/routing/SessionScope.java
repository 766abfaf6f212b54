package io.dbops.routing;

import io.dbops.Session;
import org.jspecify.annotations.Nullable;

/**
 * The session that a thread is in: the one that it has entered, or else that of the whole process.
 *
 * <p>Thread-safe. What a thread has entered no other thread is in.
 */
final class SessionScope {

    private final SessionState ofProcess;
    private final ThreadLocal<@Nullable SessionState> entered = new ThreadLocal<>();
    /** Whether any thread has ever entered a session: until then none has to be asked which it is in. */
    private volatile boolean wasEntered;

    SessionScope(SessionState ofProcess) {
        this.ofProcess = ofProcess;
    }

    SessionState current() {
        SessionState session = wasEntered ? entered.get() : null;
        return session == null ? ofProcess : session;
    }

    /** The session of the whole process. */
    SessionState ofProcess() {
        return ofProcess;
    }

    /** Puts the thread into a session until the scope is closed. */
    Session.Scope enter(SessionState session) {
        @Nullable SessionState before = entered.get();
        wasEntered = true;
        entered.set(session);
        return () -> leaveTo(before);
    }

    private void leaveTo(@Nullable SessionState before) {
        if (before == null) {
            entered.remove();
        } else {
            entered.set(before);
        }
    }
}
