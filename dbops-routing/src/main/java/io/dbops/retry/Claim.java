package io.dbops.retry;

import io.dbops.time.Clock;
import io.dbops.tx.CommitOutcome;
import javax.sql.DataSource;

/** What one transaction left behind, so that its outcome can be looked up. Immutable. */
@FunctionalInterface
interface Claim {

    /** The claim of a transaction without effect on the data: there is nothing to look up, or to lose by doing it again. */
    Claim NOTHING_WRITTEN = (dataSource, deadlineNanos, clock) ->
            new CommitOutcome.RolledBack("it had written nothing that could last");

    /**
     * Finds out whether the transaction was committed, and makes sure that it cannot be afterwards if it was not.
     *
     * <p>Blocks until that is known or the deadline has passed, and beyond that for as long as the data source takes to
     * give, or to refuse, a connection. Takes a new connection for each look, and reports trouble with them as
     * {@link CommitOutcome.Unknown} with what would tell. A thread that is interrupted meanwhile looks no further, and
     * one that was interrupted before looks all the same; either finds itself interrupted afterwards.
     *
     * @param dataSource leads to where the transaction's writes would be now
     * @param deadlineNanos when to give up, on the clock
     * @param clock tells the time and waits
     * @return the outcome
     */
    CommitOutcome resolve(DataSource dataSource, long deadlineNanos, Clock clock);
}
