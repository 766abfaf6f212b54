package io.dbops.retry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets units that get in each other's way in a few at a time, in the order in which they came.
 *
 * <p>Advice only: who has waited for longer than those before it usually take goes anyway, for nothing here may keep a
 * transaction from a database that would run it. Waited for is before a connection is taken, never with one.
 *
 * <p>Thread-safe; waiting is interruptible in that an interrupt ends it, and its flag stays set.
 */
final class Gate {

    /** Who finds nobody waiting, and what is inside slow, waits at least so long. */
    private static final long LEAST_WAIT = 10_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Condition> waiting = new ArrayDeque<>();
    private final GateLimit limit;
    private int inside;
    /** What an attempt takes at most, usually: falls by a thirtieth with each that takes less. */
    private long usual;

    private long lastConflict;

    Gate(long cost, long now) {
        limit = new GateLimit(cost, now);
        usual = cost;
        lastConflict = now;
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
            if (inside < limit.limit() && waiting.isEmpty()) {
                inside++;
                return false;
            }
            await(Math.min(most, patience()));
            inside++;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Twice what those before it take. */
    private long patience() {
        long before = waiting.size() + inside;
        return Math.max(LEAST_WAIT, 2 * usual * (before / limit.limit() + 1));
    }

    private void await(long nanos) {
        Condition turn = lock.newCondition();
        waiting.addLast(turn);
        try {
            long left = nanos;
            while (left > 0 && !(inside < limit.limit() && waiting.peekFirst() == turn)) {
                left = turn.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.remove(turn);
            wakeNext(1);
        }
    }

    /** Wakes the first, if there is room for it beside who is about to enter. */
    private void wakeNext(int entering) {
        Condition first = waiting.peekFirst();
        if (first != null && inside + entering < limit.limit()) {
            first.signal();
        }
    }

    /** Leaves after an attempt that was good, or failed for a reason of its own. */
    void leave(long nanos, long now, boolean good) {
        lock.lock();
        try {
            inside--;
            if (good) {
                usual = Math.max(nanos, usual - usual / 30);
                limit.succeeded(nanos, now);
            }
            wakeNext(0);
        } finally {
            lock.unlock();
        }
    }

    /** Leaves after a conflict. */
    void leaveAfterConflict(long nanos, long now) {
        lock.lock();
        try {
            inside--;
            conflicted(nanos, now);
            wakeNext(0);
        } finally {
            lock.unlock();
        }
    }

    /** An attempt that had not passed here was in conflict: it had begun before. */
    void conflictOutside(long nanos, long now) {
        lock.lock();
        try {
            conflicted(nanos, now);
        } finally {
            lock.unlock();
        }
    }

    private void conflicted(long nanos, long now) {
        lastConflict = now;
        usual = Math.max(nanos, usual);
        limit.conflicted(nanos, now);
    }

    /** Whether nobody is here and nothing was in conflict for so long. */
    boolean isForgotten(long now, long nanos) {
        lock.lock();
        try {
            return inside == 0 && waiting.isEmpty() && now - lastConflict > nanos && now - limit.mayRiseAt() > nanos;
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
