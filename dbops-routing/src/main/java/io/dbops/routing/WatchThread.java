package io.dbops.routing;

import java.util.concurrent.locks.LockSupport;

/**
 * A daemon thread that watches something in rounds, one after another, until it is stopped.
 *
 * <p>Whoever owns it starts it and closes it. A round looks at {@link #isStopped} before it does what lasts: stopping
 * interrupts it, and does not wait. What a round throws ends the thread.
 */
final class WatchThread implements AutoCloseable {

    private static final long CLOSE_WITHIN_MILLIS = 1_000;

    private final Thread thread;
    private volatile boolean stopped;

    /**
     * A thread that is not started yet.
     *
     * @param name what it is called
     * @param round what it does over and over
     * @param end what it does once, after the last round
     */
    WatchThread(String name, Runnable round, Runnable end) {
        thread = new Thread(() -> run(round, end), name);
        thread.setDaemon(true);
    }

    WatchThread(String name, Runnable round) {
        this(name, round, () -> {});
    }

    private void run(Runnable round, Runnable end) {
        while (!stopped) {
            round.run();
        }
        end.run();
    }

    void start() {
        thread.start();
    }

    boolean isStopped() {
        return stopped;
    }

    /** Interrupts what a round waits for. */
    void interrupt() {
        thread.interrupt();
    }

    /** Ends a wait of a round by {@link LockSupport#park}, without an interrupt. */
    void wake() {
        LockSupport.unpark(thread);
    }

    /** Asks the thread to end. Does not wait. */
    void stop() {
        stopped = true;
        thread.interrupt();
    }

    /** Waits for the end, for a bounded time, and tells whether it has come. */
    boolean awaitEnd() throws InterruptedException {
        thread.join(CLOSE_WITHIN_MILLIS);
        return !thread.isAlive();
    }

    /** Ends the thread; waits a bounded time for it. */
    @Override
    public void close() {
        stop();
        try {
            awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
