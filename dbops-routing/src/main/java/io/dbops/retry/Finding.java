package io.dbops.retry;

import io.dbops.tx.CommitOutcome;
import org.jspecify.annotations.Nullable;

/**
 * What one look at a transaction found.
 *
 * @param outcome what is known, or {@code null} if a later look may tell
 * @param why why that is so, or why it is not known yet
 */
record Finding(@Nullable CommitOutcome outcome, String why) {

    static Finding committed() {
        return new Finding(new CommitOutcome.Committed(), "");
    }

    static Finding committedNotReplicated(String why) {
        return new Finding(new CommitOutcome.CommittedNotReplicated(why), why);
    }

    static Finding rolledBack(String why) {
        return new Finding(new CommitOutcome.RolledBack(why), why);
    }

    /** No look will ever tell. */
    static Finding unknown(String why) {
        return new Finding(new CommitOutcome.Unknown(why), why);
    }

    static Finding pending(String why) {
        return new Finding(null, why);
    }
}
