package io.dbops.pool.ledger;

import io.dbops.pool.ledger.Ledger.Kind;
import io.dbops.pool.ledger.Ledger.Occupied;
import io.dbops.pool.ledger.Slot.Pooled;
import io.dbops.pool.ledger.Slot.State;
import io.dbops.time.Clock;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The slots of one instance. Thread-safe; speaks to no server.
 *
 * <p>That the instances together hold no more than there are follows from the server's locks alone: a pooled connection
 * is handed out only if it holds the lock of its slot, and nobody else can while the server runs it. What is kept here
 * makes it rare that a connection is opened and finds its slot taken.
 */
final class Slots {

    /** For so long the server may count a process that has let go of its locks already (up to 3 ms were seen). */
    static final long SETTLE = Duration.ofMillis(30).toNanos();

    /** For so long other slots are looked for when connections of an instance that died are on all floor slots. */
    static final long TAKEN = Duration.ofMillis(250).toNanos();

    /** For so long a connection that was given up half-way may still appear on the server. */
    static final long UNKNOWN = Duration.ofSeconds(1).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition ready = lock.newCondition();
    private final Map<Integer, Slot> shared = new TreeMap<>();
    private final List<Pooled> floor = new ArrayList<>();
    private final int floorSize;
    private final Clock clock;

    private int floorOpening;

    /** Before this instant no floor slot is asked for, but a shared one may be. */
    private long floorNotBefore;

    private boolean closed;

    Slots(int floorSize, Clock clock) {
        this.floorSize = floorSize;
        this.clock = clock;
    }

    /** What a connection is to be opened for. */
    record Ticket(Kind kind, int number) {}

    /**
     * A place for a new connection: of the floor while that is not full and has not just failed, and else a shared slot,
     * which is waited for.
     *
     * @return the place, which is to be {@link #fill}ed or {@link #fail}ed; {@code null} if there was none in time
     */
    @Nullable
    Ticket acquire(long nanos, Runnable waiting) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (!closed) {
                sweep();
                if (floor.size() + floorOpening < floorSize && clock.nanos() >= floorNotBefore) {
                    floorOpening++;
                    return new Ticket(Kind.FLOOR, -1);
                }
                Slot slot = first(State.READY);
                if (slot != null) {
                    enter(slot, State.OPENING);
                    return new Ticket(Kind.SHARED, slot.number);
                }
                if (left <= 0) {
                    return null;
                }
                waiting.run();
                left = ready.awaitNanos(Math.min(left, SETTLE)) + left - Math.min(left, SETTLE);
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * A connection is on its slot.
     *
     * @return {@code false} if nobody wants one any more; then the ticket {@linkplain #fail fails}
     */
    boolean fill(Ticket ticket, Connection connection, Occupied occupied) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            var pooled = new Pooled(connection, occupied, clock.nanos());
            if (ticket.kind() == Kind.FLOOR) {
                floorOpening--;
                floor.add(pooled);
            } else {
                // Without the right, which may have been lost meanwhile, the connection still has the slot.
                Slot slot = shared.computeIfAbsent(ticket.number(), Slot::new);
                enter(slot, State.LIVE);
                slot.pooled = pooled;
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * No connection came about.
     *
     * @param nanos how long the server may still find one
     */
    void fail(Ticket ticket, long nanos) {
        lock.lock();
        try {
            if (ticket.kind() == Kind.FLOOR) {
                floorOpening--;
                floorNotBefore = clock.nanos() + nanos;
                return;
            }
            Slot slot = shared.get(ticket.number());
            if (slot == null || !slot.rightIsHeld) {
                shared.remove(ticket.number());
            } else {
                enter(slot, State.SETTLING);
                slot.notBefore = slot.since + nanos;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Notices connections that were closed. Their slots settle. */
    void sweep() {
        lock.lock();
        try {
            floor.removeIf(pooled -> !pooled.stoodInFor && pooled.isClosed());
            for (Iterator<Slot> all = shared.values().iterator(); all.hasNext(); ) {
                Slot slot = all.next();
                Pooled pooled = slot.pooled;
                if (pooled != null && !pooled.stoodInFor && pooled.isClosed()) {
                    slot.pooled = null;
                    if (slot.rightIsHeld) {
                        enter(slot, State.SETTLING);
                        slot.notBefore = slot.since + SETTLE;
                    } else {
                        all.remove();
                    }
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Slots on which a scan, begun at an instant, saw nothing, and which have settled, may be used. */
    void settle(Scan scan, long scannedAt) {
        lock.lock();
        try {
            for (Slot slot : shared.values()) {
                if (slot.state == State.SETTLING
                        && scannedAt > slot.notBefore
                        && scannedAt > slot.since
                        && !scan.live().containsKey(slot.number)) {
                    enter(slot, State.READY);
                    ready.signal();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** The guard has the right to these slots now. */
    void granted(Set<Integer> numbers) {
        lock.lock();
        try {
            for (int number : numbers) {
                Slot slot = shared.get(number);
                if (slot == null) {
                    slot = new Slot(number);
                    shared.put(number, slot);
                    enter(slot, State.SETTLING);
                    slot.notBefore = slot.since + SETTLE;
                }
                slot.rightIsHeld = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets up to so many slots on which nothing is, and tells which rights are to be given back. */
    List<Integer> shed(int count) {
        lock.lock();
        try {
            var shed = new ArrayList<Integer>();
            for (State state : List.of(State.READY, State.SETTLING)) {
                for (Iterator<Slot> all = shared.values().iterator(); all.hasNext() && shed.size() < count; ) {
                    Slot slot = all.next();
                    // One that the server may still find a connection on is kept until that is known.
                    if (slot.state == state && slot.notBefore < clock.nanos()) {
                        all.remove();
                        shed.add(slot.number);
                    }
                }
            }
            return shed;
        } finally {
            lock.unlock();
        }
    }

    /** The guard session is lost, and all rights with it: only connections stay, by their own locks. */
    void rightsAreLost() {
        lock.lock();
        try {
            shared.values().removeIf(slot -> slot.state == State.READY || slot.state == State.SETTLING);
            shared.values().forEach(slot -> slot.rightIsHeld = false);
        } finally {
            lock.unlock();
        }
    }

    /** Slots with a connection, or with one that is being opened, to which the guard has no right. */
    List<Integer> withoutRight() {
        return numbers(slot -> !slot.rightIsHeld);
    }

    /** Whether this instance has the right to a shared slot, or a connection on it, or opens one. */
    boolean knows(int number) {
        lock.lock();
        try {
            return shared.containsKey(number);
        } finally {
            lock.unlock();
        }
    }

    /** How many shared slots this instance has. */
    int count() {
        return numbers(slot -> true).size();
    }

    /**
     * How large the pool may be, with so many shared slots to have. While it has connections on more of them, the floor
     * counts only as far as it is used: else one on a shared slot would pass for it, and never be given up.
     */
    int poolSize(int share) {
        lock.lock();
        try {
            int opened = numbers(slot -> slot.pooled != null).size();
            return Math.max(1, Math.min(share, shared.size()) + (opened > share ? floor.size() : floorSize));
        } finally {
            lock.unlock();
        }
    }

    boolean isSettling() {
        return !numbers(slot -> slot.state == State.SETTLING).isEmpty();
    }

    private List<Integer> numbers(Predicate<Slot> which) {
        lock.lock();
        try {
            return shared.values().stream()
                    .filter(which)
                    .map(slot -> slot.number)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** The pool's connections that were on their slots before an instant. */
    List<Pooled> pooledBefore(long instant) {
        lock.lock();
        try {
            return Stream.concat(
                            floor.stream(), shared.values().stream().flatMap(slot -> Stream.ofNullable(slot.pooled)))
                    .filter(pooled -> pooled.since < instant)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** Marks connections whose locks the guard holds, or holds no more. */
    void standsInFor(Collection<Pooled> connections, boolean now) {
        lock.lock();
        try {
            connections.forEach(pooled -> pooled.stoodInFor = now);
        } finally {
            lock.unlock();
        }
    }

    /** Gives nothing out any more, and ends waits. */
    void close() {
        lock.lock();
        try {
            closed = true;
            ready.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Slot first(State state) {
        return shared.values().stream()
                .filter(slot -> slot.state == state)
                .findFirst()
                .orElse(null);
    }

    private void enter(Slot slot, State state) {
        slot.state = state;
        slot.since = clock.nanos();
        slot.notBefore = slot.since;
    }
}
