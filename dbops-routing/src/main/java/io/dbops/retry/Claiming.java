package io.dbops.retry;

import io.dbops.tx.Attempt;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.Unit;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Makes an attempt's commit one that can be looked up, where that was asked for. Belongs to one attempt. */
final class Claiming implements Attempt.BeforeCommit {

    private final CommitProof proof;
    private @Nullable Claim claim;

    private Claiming(CommitProof proof) {
        this.proof = proof;
    }

    /** What is to be done before the commit of a unit: nothing for one that commits nothing. */
    static Attempt.BeforeCommit of(@Nullable CommitProof proof, Unit unit) {
        return proof == null || unit.readOnly() ? NOTHING : new Claiming(proof);
    }

    @Override
    public void on(Connection connection) throws SQLException {
        claim = proof.claim(connection);
    }

    /** What can be looked up of an attempt's commit, or {@code null} if there is nothing. */
    static @Nullable Claim of(Attempt.BeforeCommit before) {
        return before instanceof Claiming claiming ? claiming.claim : null;
    }

    /** Whether a commit that was acknowledged was also replicated, as far as it was to be. */
    static CommitOutcome.@Nullable CommittedNotReplicated warned(Attempt<?> attempt) {
        return attempt.warning() == null ? null : PostgresCommits.ofWarning(attempt.warning());
    }
}
