package io.dbops.retry;

import io.dbops.dialect.Diagnosis;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.Unit;

/** Counts what becomes of units. Thread-safe. */
interface RetryMeters {

    /** Counts nothing. */
    RetryMeters NONE = new RetryMeters() {
        @Override
        public void committed(Unit unit) {}

        @Override
        public void failed(Unit unit) {}

        @Override
        public void retried(Unit unit, Diagnosis diagnosis) {}

        @Override
        public void resolved(Unit unit, CommitOutcome outcome) {}

        @Override
        public void waited(Unit unit) {}

        @Override
        public void deadlocked(Unit unit) {}

        @Override
        public void close() {}
    };

    /** A unit went through. */
    void committed(Unit unit);

    /** The caller of a unit got an error. */
    void failed(Unit unit);

    /** A unit is run again. */
    void retried(Unit unit, Diagnosis diagnosis);

    /** The outcome of a commit without an answer was looked up. */
    void resolved(Unit unit, CommitOutcome outcome);

    /** A unit waited at a gate. */
    void waited(Unit unit);

    /** A unit was ended to resolve a deadlock. */
    void deadlocked(Unit unit);

    /** Removes what was counted. */
    void close();
}
