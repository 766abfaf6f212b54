package io.dbops.dialect;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A deadlock as the server told it to the transaction that it ended to resolve it.
 *
 * @param waits who waited for whom, all around: each for the next one, and the last for the first, which is the one that
 *     was told. Empty if the server did not say, or not so that it could be understood beyond doubt
 */
public record Deadlock(List<Wait> waits) {

    /** Copies the list. */
    public Deadlock {
        waits = List.copyOf(waits);
    }

    /**
     * That one server process waited for another.
     *
     * @param pid the process that waited
     * @param mode in what mode it wanted the lock, as the server calls it, such as {@code ShareLock}
     * @param object what it wanted to lock, in the server's own words and language
     * @param relation the relation in which it was busy, if that was told; not always the one that was locked
     * @param blockedBy the process that was in its way
     */
    public record Wait(
            long pid, String mode, String object, @Nullable String relation, long blockedBy) {}
}
