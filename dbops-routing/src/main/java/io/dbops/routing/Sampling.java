package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.DbOpsException;
import java.time.Duration;

/**
 * How often nodes are asked, and what staleness that can prove.
 *
 * <p>A replica proves a bound by reaching a sample that was taken within it. In the worst case the sample was taken
 * just before a change, the next one follows an interval later, and the replica is asked an interval after that: so
 * two intervals and the time of an answer is the least bound that can be proven all the time.
 *
 * @param maxStaleness the router's own bound; positive
 * @param perSecond questions to one node a second, at most, on demand; at least 1
 * @param answerWithin how long an answer may take; positive
 */
record Sampling(Duration maxStaleness, int perSecond, Duration answerWithin) {

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration LEAST_ANSWER = Duration.ofMillis(10);
    private static final Duration LONGEST_ANSWER = Duration.ofMinutes(1);

    Sampling {
        requirePositive("within", maxStaleness);
        requirePositive("answeringWithin", answerWithin);
        if (answerWithin.compareTo(LEAST_ANSWER) < 0 || answerWithin.compareTo(LONGEST_ANSWER) > 0) {
            throw new IllegalArgumentException(
                    "answeringWithin (" + answerWithin + "): must be from " + LEAST_ANSWER + " to " + LONGEST_ANSWER);
        }
        if (perSecond < 1 || perSecond > 200) {
            throw new IllegalArgumentException(
                    "sampling (" + perSecond + " a second): must be from 1 to 200, for samples are 5 ms apart or more");
        }
    }

    private static void requirePositive(String name, Duration value) {
        if (requireNonNull(value, name).isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " (" + value + "): must be positive");
        }
    }

    Sampling perSecond(int changed) {
        return new Sampling(maxStaleness, changed, answerWithin);
    }

    Sampling answerWithin(Duration changed) {
        return new Sampling(maxStaleness, perSecond, changed);
    }

    /** Time between two regular questions: a quarter of the bound, at most a second, and within the budget. */
    Duration interval() {
        Duration quarter = maxStaleness.dividedBy(4);
        Duration wanted = quarter.compareTo(LONGEST_INTERVAL) < 0 ? quarter : LONGEST_INTERVAL;
        Duration budgeted = Duration.ofSeconds(1).dividedBy(perSecond);
        return wanted.compareTo(budgeted) < 0 ? budgeted : wanted;
    }

    /** The least bound that can be proven with answers that take this long. */
    Duration provable(Duration roundTrip) {
        return interval().multipliedBy(2).plus(roundTrip);
    }

    String arithmetic(Duration roundTrip) {
        return "2 x " + interval().toMillis() + " ms between samples + " + roundTrip.toMillis() + " ms for an answer = "
                + provable(roundTrip).toMillis() + " ms";
    }

    /** Rejects a bound of our own that cannot be proven. */
    void check(Duration roundTrip) {
        if (maxStaleness.compareTo(provable(roundTrip)) < 0) {
            throw new DbOpsException("within (" + maxStaleness.toMillis() + " ms): must be at least "
                    + arithmetic(roundTrip) + "; allow more staleness, or more samples a second (now " + perSecond
                    + ")");
        }
    }

    /** Rejects a bound asked for by a reader that cannot be proven. */
    void checkBound(Duration bound, Duration roundTrip) {
        if (bound.compareTo(provable(roundTrip)) < 0) {
            throw new IllegalArgumentException("maxStaleness (" + bound.toMillis() + " ms): must be at least "
                    + arithmetic(roundTrip) + "; for less staleness ask for Consistency.strong(), or open the router"
                    + " with a smaller within (now " + maxStaleness.toMillis() + " ms)");
        }
    }
}
