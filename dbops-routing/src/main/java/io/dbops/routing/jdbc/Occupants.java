package io.dbops.routing.jdbc;

import io.dbops.tx.RunningUnit;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who had a physical connection of late: the last few leases, each with the unit of work it was for and the instant at
 * which it ended. So a question that comes after the fact finds the unit that ran at the time, or that this is not known.
 *
 * <p>Only whoever holds the connection writes, and the pool hands that on from thread to thread; so writing takes no
 * atomic operation and no clock that is not read anyway. Anyone may read.
 */
public final class Occupants {

    /**
     * How much earlier than it was noticed a deadlock may have been found by the server. A server looks for one when
     * somebody has waited for {@code deadlock_timeout}, which is a second unless set, and is taken to be longer than this.
     */
    public static final long DOUBT = Duration.ofMillis(50).toNanos();

    private static final int KEPT = 8;
    private static final int MOST_READS = 100;

    /** The end of a lease that has not ended, or of which nobody knows when it did. */
    private static final long OPEN = Long.MAX_VALUE;

    private static final VarHandle TURN;
    private static final VarHandle ENDS = MethodHandles.arrayElementVarHandle(long[].class);

    static {
        try {
            TURN = MethodHandles.lookup().findVarHandle(Occupants.class, "turn", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable RunningUnit[] units = new @Nullable RunningUnit[KEPT];
    private final long[] ends = new long[KEPT];

    /** How many leases there were, which tells where the present one is. */
    private int turn;

    /** When the server last ended a transaction over it because of others. */
    private volatile long conflictAt;

    /** Nobody had it yet. */
    public Occupants() {}

    /**
     * Who may have had the connection at an instant.
     *
     * @param units those units of work
     * @param others whether it may as well have been something else: a lease for no unit, or one that is not remembered
     */
    public record Sighting(List<RunningUnit> units, boolean others) {

        /** Copies the list. */
        public Sighting {
            units = List.copyOf(units);
        }

        /**
         * What two connections to a process of one number tell together. Numbers come again, so one that nobody had then
         * was not the one.
         *
         * @param one what is known so far, or {@code null} for nothing
         * @param other what one more tells
         * @return {@code null} for nothing
         */
        public static @Nullable Sighting of(@Nullable Sighting one, Sighting other) {
            if (other.units.isEmpty() && !other.others) {
                return one;
            }
            return one == null ? other : new Sighting(List.of(), true);
        }

        /**
         * The unit that certainly had it.
         *
         * @return {@code null} if that is not certain
         */
        public @Nullable RunningUnit certain() {
            return units.size() == 1 && !others ? units.get(0) : null;
        }

        /**
         * Why nobody certainly had it.
         *
         * @return for people
         */
        public String why() {
            if (units.isEmpty()) {
                return "a statement outside of a unit of work, or long over";
            }
            String several = units.stream().map(RunningUnit::toString).collect(Collectors.joining(", or "));
            return several + (others ? ", or something else" : "");
        }
    }

    /**
     * Notes a new lease.
     *
     * @param unit the unit of work it is for, or {@code null} for none
     */
    public void enter(@Nullable RunningUnit unit) {
        int next = turn + 1;
        int slot = next & (KEPT - 1);
        if (unit != null || units[slot] != null) {
            units[slot] = unit;
        }
        ENDS.setOpaque(ends, slot, OPEN);
        TURN.setRelease(this, next);
    }

    /**
     * Notes when the present lease ended. Leases whose end nobody notes are taken to end with the next one's.
     *
     * @param now an instant after all that was done over it
     */
    public void leave(long now) {
        ENDS.setOpaque(ends, turn & (KEPT - 1), now);
    }

    /**
     * Notes that the server ended the transaction because of others.
     *
     * @param now the instant
     */
    public void conflicted(long now) {
        conflictAt = now;
    }

    /**
     * When {@link #conflicted} was said last.
     *
     * @return the instant, or 0
     */
    public long conflictAt() {
        return conflictAt;
    }

    /**
     * Whether a unit had it of late.
     *
     * @param unit the very object that was given to {@link #enter}
     * @return whether it is remembered
     */
    @SuppressWarnings("ReferenceEquality")
    public boolean had(RunningUnit unit) {
        for (RunningUnit each : units) {
            if (each == unit) {
                return true;
            }
        }
        return false;
    }

    /**
     * Who had it at a deadlock. Of the process that was in the victim's way it is certain that its transaction was there
     * for as long as the victim waited: as that is longer than the doubt, it is whoever had it before the doubt begins.
     * Of others nothing is known but that they were there at the time.
     *
     * @param noticed when the victim noticed, which is somewhat later than it was
     * @param blocker whether it was in the victim's way
     * @return nobody, if it was not leased, or not yet
     */
    public Sighting atDeadlock(long noticed, boolean blocker) {
        return blocker ? at(noticed - DOUBT, 0) : at(noticed, DOUBT);
    }

    /**
     * Who had it at an instant.
     *
     * @param instant the instant
     * @param doubt how much earlier it may have been
     * @return nobody, if it was not leased, or not yet
     */
    public Sighting at(long instant, long doubt) {
        for (int i = 0; i < MOST_READS; i++) {
            int now = (int) TURN.getAcquire(this);
            Sighting seen = at(instant, doubt, now);
            VarHandle.loadLoadFence();
            if ((int) TURN.getOpaque(this) == now) {
                return seen;
            }
        }
        return new Sighting(List.of(), true);
    }

    private Sighting at(long instant, long doubt, int now) {
        var found = new ArrayList<RunningUnit>();
        boolean others = false;
        // The slot after the present one is the next that is written to.
        int first = Math.max(1, now - KEPT + 2);
        long since = Long.MIN_VALUE;
        for (int lease = first; lease <= now; lease++) {
            long until = (long) ENDS.getOpaque(ends, lease & (KEPT - 1));
            if (since <= instant && until > instant - doubt) {
                // Of the oldest it is not known when it began: it may have been one that is forgotten.
                RunningUnit unit = lease == first && first > 1 ? null : units[lease & (KEPT - 1)];
                if (unit == null) {
                    others = true;
                } else {
                    found.add(unit);
                }
            }
            since = until == OPEN ? since : until;
        }
        return new Sighting(found, others);
    }
}
