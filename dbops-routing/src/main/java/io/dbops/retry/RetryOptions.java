package io.dbops.retry;

import io.dbops.dialect.ErrorClass;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was asked of retries.
 *
 * @param attempts how often a unit is run, the first time included
 * @param deadline how long a unit may take with all attempts
 * @param backoff the waits between
 * @param reserve how many retries may be in vain at a stretch
 * @param share how many each success adds to these
 * @param alsoAfter optional reasons to run a unit again
 * @param gated whether units in conflict take turns
 * @param reporting whether it is found out who was in a deadlock
 * @param proof how a commit without an answer is looked up, if it is
 * @param listener is told
 */
record RetryOptions(
        int attempts,
        Duration deadline,
        Backoff backoff,
        int reserve,
        double share,
        Set<ErrorClass> alsoAfter,
        boolean gated,
        boolean reporting,
        @Nullable CommitProof proof,
        RetryListener listener) {

    private static final int MOST_ATTEMPTS = 100;
    private static final int MOST_RESERVE = 1_000_000;
    private static final Duration LONGEST = Duration.ofDays(1);

    RetryOptions {
        if (attempts < 1 || attempts > MOST_ATTEMPTS) {
            throw new IllegalArgumentException("attempts (" + attempts + "): must be 1 to " + MOST_ATTEMPTS
                    + ", the first one included; 1 never runs a unit again");
        }
        if (deadline.compareTo(backoff.firstAtMost()) <= 0 || deadline.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "deadline (" + deadline + "): must be longer than the longest first wait, " + backoff.firstAtMost()
                            + ", or nothing could be run again, and " + LONGEST + " at most");
        }
        if (reserve < 1 || reserve > MOST_RESERVE || !(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("spending (" + reserve + ", " + share + "): must be 1 to " + MOST_RESERVE
                    + " retries, and a share of 0 to 1");
        }
        alsoAfter = Set.copyOf(alsoAfter);
    }

    static RetryOptions of(int attempts) {
        return new RetryOptions(
                attempts,
                Duration.ofSeconds(10),
                Backoff.DEFAULT,
                100,
                0.2,
                Set.of(),
                true,
                true,
                null,
                RetryListener.NONE);
    }

    RetryOptions with(Duration value) {
        return new RetryOptions(attempts, value, backoff, reserve, share, alsoAfter, gated, reporting, proof, listener);
    }

    RetryOptions with(Backoff value) {
        return new RetryOptions(
                attempts, deadline, value, reserve, share, alsoAfter, gated, reporting, proof, listener);
    }

    RetryOptions with(RetryListener value) {
        return new RetryOptions(attempts, deadline, backoff, reserve, share, alsoAfter, gated, reporting, proof, value);
    }

    RetryOptions spending(int retries, double successShare) {
        return new RetryOptions(
                attempts, deadline, backoff, retries, successShare, alsoAfter, gated, reporting, proof, listener);
    }

    RetryOptions alsoAfter(ErrorClass value) {
        EnumSet<ErrorClass> all = EnumSet.of(value);
        all.addAll(alsoAfter);
        return new RetryOptions(attempts, deadline, backoff, reserve, share, all, gated, reporting, proof, listener);
    }

    RetryOptions withoutGate() {
        return new RetryOptions(
                attempts, deadline, backoff, reserve, share, alsoAfter, false, reporting, proof, listener);
    }

    RetryOptions with(CommitProof value) {
        return new RetryOptions(
                attempts, deadline, backoff, reserve, share, alsoAfter, gated, reporting, value, listener);
    }

    RetryOptions withoutReports() {
        return new RetryOptions(attempts, deadline, backoff, reserve, share, alsoAfter, gated, false, proof, listener);
    }
}
