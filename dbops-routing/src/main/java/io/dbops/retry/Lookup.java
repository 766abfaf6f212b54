package io.dbops.retry;

import io.dbops.time.Clock;
import io.dbops.tx.CommitOutcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a transaction, again and again, until its outcome is known or the time is up. Each look has a connection of
 * its own: the server may have died, or another one may have taken its place, since the last.
 */
final class Lookup {

    /** A server that does not answer for so long is asked again on another connection. */
    static final Duration ANSWER = Duration.ofSeconds(2);

    /** With less time than that a look would only fail. */
    private static final Duration LEAST = Duration.ofMillis(100);

    private static final String UNCONFIRMED = "it was committed, but no synchronous standby has confirmed that in time";

    private static final Duration PAUSE = Duration.ofMillis(50);

    private final DataSource dataSource;
    private final long deadlineNanos;
    private final Clock clock;
    /** Whether it was seen to be committed, though not yet whether it is replicated. */
    private boolean seenCommitted;

    Lookup(DataSource dataSource, long deadlineNanos, Clock clock) {
        this.dataSource = dataSource;
        this.deadlineNanos = deadlineNanos;
        this.clock = clock;
    }

    /** One look. */
    @FunctionalInterface
    interface Look {

        /** What is found on a writing connection in autocommit mode. */
        Finding at(Connection connection) throws SQLException;
    }

    /** Waits for standbys. */
    @FunctionalInterface
    interface Confirmation {

        /** Why they may not have all that was committed so far; {@code null} if they have, or nobody waits for any. */
        @Nullable
        String whyNotReplicated(Connection connection) throws SQLException;
    }

    /**
     * Looks until the outcome is known, or never will be.
     *
     * @param hint what would tell, if this does not
     */
    CommitOutcome until(Look look, String hint) {
        // An interrupt may be what broke the COMMIT, and would break each look, too: it is kept for afterwards.
        boolean wasInterrupted = Thread.interrupted();
        String seen = "nobody could be asked";
        String failed = "";
        try {
            for (boolean isFirst = true; leftNanos() > (isFirst ? 0 : LEAST.toNanos()); isFirst = false) {
                try {
                    Finding finding = lookOnce(look);
                    CommitOutcome outcome = finding.outcome();
                    if (outcome != null) {
                        return outcome;
                    }
                    seen = finding.why();
                    failed = "";
                } catch (SQLException | RuntimeException e) {
                    failed = "; the last look failed: " + e.getMessage();
                }
                pause();
            }
        } catch (InterruptedException e) {
            wasInterrupted = true;
            failed += "; interrupted";
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return seenCommitted
                ? new CommitOutcome.CommittedNotReplicated(UNCONFIRMED)
                : new CommitOutcome.Unknown(seen + failed + "; " + hint);
    }

    private Finding lookOnce(Look look) throws SQLException {
        Finding finding = null;
        try (Connection connection = dataSource.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, millis(Math.min(ANSWER.toNanos(), leftNanos())));
            connection.setReadOnly(false);
            connection.setAutoCommit(true);
            finding = look.at(connection);
            return finding;
        } catch (SQLException | RuntimeException e) {
            if (finding != null) {
                return finding; // which is true also if the connection could not be given back
            }
            throw e;
        }
    }

    private void pause() throws InterruptedException {
        clock.sleep(Math.max(0, Math.min(PAUSE.toNanos(), leftNanos())));
    }

    /** How long a lock may be waited for, so that the answer comes well before the connection is given up. */
    Duration lockPatience() {
        return Duration.ofNanos(Math.max(1_000_000, Math.min(ANSWER.toNanos() / 8, leftNanos() / 2)));
    }

    /**
     * What to say of a transaction that is committed on the server. Whoever ended its wait for a standby has left it
     * there alone, so that a failover may lose it: all the time that is left is spent on finding out.
     */
    Finding committed(Connection connection, Confirmation confirmation) throws SQLException {
        seenCommitted = true;
        @Nullable String why;
        try {
            connection.setNetworkTimeout(Runnable::run, millis(leftNanos()));
            why = confirmation.whyNotReplicated(connection);
        } catch (SQLException e) {
            if (leftNanos() > LEAST.toNanos()) {
                throw e;
            }
            why = UNCONFIRMED;
        }
        return why == null ? Finding.committed() : Finding.committedNotReplicated(why);
    }

    private long leftNanos() {
        return deadlineNanos - clock.nanos();
    }

    private static int millis(long nanos) {
        return (int)
                Math.max(1, Math.min(Integer.MAX_VALUE, Duration.ofNanos(nanos).toMillis()));
    }
}
