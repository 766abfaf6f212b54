package io.dbops.tx;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The work of a unit has ended the unit's transaction itself, such as by {@code COMMIT} sent as SQL. What it had done
 * until then is committed if it was that, and what it did afterwards is rolled back, or was committed by itself. The unit
 * is not run again, for a part of it may be there. Its SQLState is {@code 2D000}, <em>invalid transaction termination</em>;
 * its cause is what the work threw afterwards, if anything.
 */
public final class EndedByWorkException extends SQLException {

    private static final long serialVersionUID = 1L;

    /**
     * Tells of a transaction that its work has ended.
     *
     * @param unit the unit of work
     * @param thrown what the work threw afterwards; {@code null} if it returned
     */
    public EndedByWorkException(Unit unit, @Nullable Throwable thrown) {
        super(
                unit
                        + ": its work has ended the transaction itself, by a statement such as COMMIT or ROLLBACK; a part of"
                        + " it may be committed, so look what is there. Leave the end to the unit, or use"
                        + " a connection without one",
                UnitConnection.INVALID_TRANSACTION_TERMINATION,
                thrown);
    }
}
