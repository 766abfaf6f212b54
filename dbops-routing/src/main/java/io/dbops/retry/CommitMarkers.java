package io.dbops.retry;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Proves commits by a row that each transaction inserts directly before its COMMIT. When the answer to COMMIT is lost, a
 * row of the same key is inserted from another connection, a tombstone, and <em>the lookup is the fence</em>:
 *
 * <ul>
 *   <li>the key is taken by the transaction's row: it was committed;
 *   <li>the tombstone went in: the transaction was rolled back, for had it still been running, its row would have made
 *       the insert wait;
 *   <li>the insert waits: the transaction is still running. If its server process waits for a COMMIT that never came,
 *       it is ended, where the role may do that. Otherwise it is waited for.
 * </ul>
 *
 * <p>Reading the row instead would not do: of a transaction that is still running nothing is seen, and its COMMIT may
 * arrive a moment later.
 *
 * <p>The table is made by {@link #create}, or by {@link #ddl} in a migration, and nobody else; {@link #prune} is to be
 * called now and then. The application's role needs to insert and select in it, and to delete for pruning. Ending a
 * server process needs no privilege if it is of the same role, else {@code pg_signal_backend} and {@code pg_monitor}.
 *
 * <p>Costs one statement and one row a transaction. Immutable and thread-safe; holds no connection.
 */
public final class CommitMarkers extends CommitProof {

    /** Time for which a marker can be looked up; the server tells it, and another server's clock may differ. */
    static final Duration OLDEST_CLAIM = Duration.ofMinutes(30);

    private static final Duration LEAST_AGE = OLDEST_CLAIM.multipliedBy(2);
    private static final CommitMarkers STANDARD = new CommitMarkers(new MarkerTable("public", "dbops_tx"));

    private final MarkerTable table;

    private CommitMarkers(MarkerTable table) {
        this.table = table;
    }

    /**
     * Markers in the table {@code public.dbops_tx}.
     *
     * @return the markers
     */
    public static CommitMarkers standard() {
        return STANDARD;
    }

    /**
     * Markers in a table of another schema.
     *
     * @param schema letters a-z, digits and underscores
     * @return other markers
     * @throws IllegalArgumentException if that is no such name
     */
    public CommitMarkers schema(String schema) {
        return new CommitMarkers(new MarkerTable(requireNonNull(schema, "schema"), table.name()));
    }

    /**
     * Markers in a table of another name.
     *
     * @param name letters a-z, digits and underscores
     * @return other markers
     * @throws IllegalArgumentException if that is no such name
     */
    public CommitMarkers table(String name) {
        return new CommitMarkers(new MarkerTable(table.schema(), requireNonNull(name, "name")));
    }

    /**
     * The statement that creates the table, for a migration. Does nothing where the table exists.
     *
     * @return the statement, for PostgreSQL
     */
    public String ddl() {
        return PostgresMarkers.ddl(table);
    }

    /**
     * Creates the table, if it does not exist. Blocks.
     *
     * @param dataSource connects as a role that may create it
     * @throws SQLException if the database refuses
     */
    public void create(DataSource dataSource) throws SQLException {
        try (Connection connection = writing(dataSource)) {
            CommitSql.of(connection).create(connection, table);
        }
    }

    /**
     * Deletes what is old: markers are of use only until the outcome of their transaction is known. Deletes in batches,
     * each in a transaction of its own, and blocks until nothing old is left; to be called every hour or so, by one or
     * by all.
     *
     * @param dataSource connects as a role that may delete
     * @param olderThan by the server's clock; at least an hour
     * @return how many rows were deleted
     * @throws SQLException if the database refuses; some may be deleted by then
     * @throws IllegalArgumentException if a transaction could still be looked up after so short a time
     */
    public int prune(DataSource dataSource, Duration olderThan) throws SQLException {
        if (olderThan.compareTo(LEAST_AGE) < 0) {
            throw new IllegalArgumentException("olderThan (" + olderThan + "): must be at least " + LEAST_AGE
                    + ", for a commit is looked up until " + OLDEST_CLAIM
                    + " after its marker was written, and the clocks of two servers are given as much to differ;"
                    + " one looked up without its marker would count as rolled back");
        }
        try (Connection connection = writing(dataSource)) {
            return CommitSql.of(connection).prune(connection, table, olderThan);
        }
    }

    private static Connection writing(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        try {
            connection.setReadOnly(false);
            connection.setAutoCommit(true);
            return connection;
        } catch (SQLException | RuntimeException e) {
            try (connection) {
                throw e;
            }
        }
    }

    @Override
    Claim claim(Connection connection) throws SQLException {
        if (connection.isReadOnly()) {
            return Claim.NOTHING_WRITTEN;
        }
        CommitSql sql = CommitSql.of(connection);
        Marker marker = sql.mark(connection, table, UUID.randomUUID());
        return (dataSource, deadlineNanos, clock) -> {
            var lookup = new Lookup(dataSource, deadlineNanos, clock);
            return lookup.until(on -> look(sql, marker, lookup, on), "to look later: " + sql.question(table, marker));
        };
    }

    private Finding look(CommitSql sql, Marker marker, Lookup lookup, Connection connection) throws SQLException {
        Tombstone tombstone = sql.bury(connection, table, marker, lookup.lockPatience());
        return switch (tombstone.state()) {
            case INSERTED -> Finding.rolledBack("its marker can not be inserted any more");
            case FENCED_BEFORE -> Finding.rolledBack("it was fenced before");
            case COMMITTED -> lookup.committed(connection, sql::whyNotReplicated);
            case WAITED -> sql.release(connection, marker.origin()).finding();
            case MISPLACED -> Finding.pending(tombstone.why());
            case TOO_LATE -> Finding.unknown(tombstone.why());
        };
    }

    @Override
    public String toString() {
        return "commits proved by markers in " + table;
    }
}
