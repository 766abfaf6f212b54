package io.dbops.retry;

import io.dbops.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets units that get in each other's way in a few at a time, in the order in which they came. A thread whose turn it is
 * may come again at once while its turn lasts, a few milliseconds: to wake another one for each unit takes longer than
 * many a unit.
 *
 * <p>Advice only: who has been the first to wait for longer than those inside usually take goes anyway, for nothing here
 * may keep a transaction from a database that would run it. Waited for is before a connection is taken, never with one.
 *
 * <p>Thread-safe; waiting is interruptible in that an interrupt ends it, and its flag stays set.
 */
@SuppressWarnings("ReferenceEquality") // a thread, and a condition, is nothing but itself
final class Gate {

    private static final long LEAST_PATIENCE = 50_000_000;
    private static final long MOST_PATIENCE = 5_000_000_000L;

    private static final long TURN = 2_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Condition> waiting = new ArrayDeque<>();
    private final GateLimit limit;
    private final Clock clock;
    private int inside;
    /** What a good attempt takes at most, usually: falls by a thirtieth with each that takes less. */
    private long usual;
    /** What the dearest conflict took. */
    private long dearest;
    /** Since when who waits first is the first. */
    private long firstSince;

    private long lastConflict;
    /** Who left last, and until when it may come again before those who wait. */
    private @Nullable Thread last;

    private long turnEnds;

    /** A gate for units of which one was in conflict, after so long. */
    Gate(long cost, Clock clock) {
        this.clock = clock;
        limit = new GateLimit(cost, clock.nanos());
        dearest = Math.min(MOST_PATIENCE / 2, cost);
        lastConflict = clock.nanos();
    }

    /**
     * Waits for its turn.
     *
     * @param most the longest wait, in nanoseconds
     * @return whether it had to wait
     */
    boolean enter(long most) {
        lock.lock();
        try {
            boolean waits = inside >= limit.limit() || !(waiting.isEmpty() || hasTurn());
            if (waits) {
                await(most);
            }
            if (waits || last != Thread.currentThread()) {
                last = Thread.currentThread();
                turnEnds = clock.nanos() + TURN;
            }
            inside++;
            return waits;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasTurn() {
        return last == Thread.currentThread() && clock.nanos() - turnEnds < 0;
    }

    /** How long the first waits at most: those inside take less, even if they are in conflict with each other. */
    private long patience() {
        return Math.min(MOST_PATIENCE, Math.max(LEAST_PATIENCE, 2 * Math.max(usual, dearest)));
    }

    private void await(long nanos) {
        Condition turn = lock.newCondition();
        waiting.addLast(turn);
        if (waiting.size() == 1) {
            firstSince = clock.nanos();
        }
        try {
            long left = nanos;
            while (left > 0 && !isTurnOf(turn)) {
                // Who becomes the first is not woken for that, but looks now and then.
                long slice = Math.min(left, patience());
                left -= slice - turn.awaitNanos(slice);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (waiting.peekFirst() == turn) {
                firstSince = clock.nanos();
            }
            waiting.remove(turn);
            wakeNext(1);
        }
    }

    private boolean isTurnOf(Condition turn) {
        return waiting.peekFirst() == turn && (inside < limit.limit() || clock.nanos() - firstSince >= patience());
    }

    /** Wakes the first, if there is room for it beside who is about to enter. */
    private void wakeNext(int entering) {
        Condition first = waiting.peekFirst();
        if (first != null && inside + entering < limit.limit()) {
            first.signal();
        }
    }

    /** Leaves after an attempt that was good, or failed for a reason of its own. */
    void leave(long nanos, boolean good) {
        lock.lock();
        try {
            inside--;
            if (good) {
                usual = Math.max(nanos, usual - usual / 30);
                dearest -= dearest / 100;
                limit.succeeded(nanos, clock.nanos());
            }
            wakeNext(0);
        } finally {
            lock.unlock();
        }
    }

    /** Leaves after a conflict. */
    void leaveAfterConflict(long nanos) {
        lock.lock();
        try {
            inside--;
            conflicted(nanos);
            wakeNext(0);
        } finally {
            lock.unlock();
        }
    }

    /** An attempt that had not passed here was in conflict: it had begun before. */
    void conflictOutside(long nanos) {
        lock.lock();
        try {
            conflicted(nanos);
        } finally {
            lock.unlock();
        }
    }

    private void conflicted(long nanos) {
        lastConflict = clock.nanos();
        dearest = Math.min(MOST_PATIENCE / 2, Math.max(nanos, dearest));
        limit.conflicted(nanos, lastConflict);
    }

    /** Whether nobody is here and nothing was in conflict for so long. */
    boolean isForgotten(long nanos) {
        lock.lock();
        try {
            return inside == 0
                    && waiting.isEmpty()
                    && clock.nanos() - lastConflict > nanos
                    && !limit.isPaused(clock.nanos());
        } finally {
            lock.unlock();
        }
    }

    int limit() {
        lock.lock();
        try {
            return limit.limit();
        } finally {
            lock.unlock();
        }
    }
}
