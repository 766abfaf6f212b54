package io.dbops.retry;

import io.dbops.dialect.Diagnosis;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.Unit;
import java.time.Duration;

/** What retries did for a unit of work that did not go through at once. */
public sealed interface RetryEvent {

    /**
     * The unit of work.
     *
     * @return what was asked for it
     */
    Unit unit();

    /**
     * A unit is run again.
     *
     * @param unit the unit of work
     * @param attempts how often it has been run, the first time included
     * @param diagnosis why it failed
     * @param delay after what wait it is run again
     */
    record Retried(Unit unit, int attempts, Diagnosis diagnosis, Duration delay) implements RetryEvent {}

    /**
     * A unit is not run again, though it failed in a way that might pass: its caller gets the error.
     *
     * @param unit the unit of work
     * @param attempts how often it has been run
     * @param diagnosis why it failed
     * @param limit what is used up
     */
    record GivenUp(Unit unit, int attempts, Diagnosis diagnosis, Limit limit) implements RetryEvent {}

    /**
     * A commit ended without an answer, and it was looked up whether it happened.
     *
     * @param unit the unit of work
     * @param attempts how often it has been run
     * @param diagnosis what the commit ended with
     * @param outcome what was found out
     */
    record Resolved(Unit unit, int attempts, Diagnosis diagnosis, CommitOutcome outcome) implements RetryEvent {}

    /**
     * A commit was acknowledged before a standby had it, because somebody ended the wait for one.
     *
     * @param unit the unit of work
     * @param outcome what the server said
     */
    record NotReplicated(Unit unit, CommitOutcome.CommittedNotReplicated outcome) implements RetryEvent {}

    /**
     * The server ended a run of a unit to resolve a deadlock. Told beside what becomes of the unit, and perhaps after it.
     *
     * @param unit the unit of work
     * @param report who was in it
     */
    record Deadlocked(Unit unit, DeadlockReport report) implements RetryEvent {}

    /** What keeps a unit from being run again. */
    enum Limit {
        /** It has been run as often as allowed. */
        ATTEMPTS,
        /** It would not end in time. */
        DEADLINE,
        /** Too many units are being run again: more would only add to the load. */
        BUDGET,
        /** Its thread was interrupted. */
        INTERRUPT
    }
}
