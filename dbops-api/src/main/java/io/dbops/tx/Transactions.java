package io.dbops.tx;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs units of work, each in a transaction of its own: borrow a connection, do the work, commit, give it back.
 *
 * <p>A unit that throws is rolled back and its exception passes through as it is; a failure of the rollback is added
 * to it as suppressed. Whether it runs again is up to what these doors were made with: {@link #over} runs a unit once.
 *
 * <p>A unit inside a unit of the same doors, on the same thread, is a part of it: it runs once, on the same connection,
 * and the whole is committed or nothing. What it asks for must hold of the outer one: a unit that writes is refused
 * inside one that reads, and so are an isolation that the outer one has not and, inside one that reads, another
 * {@linkplain #on view} of the database. If it throws, nothing is committed, even if the outer unit catches that
 * ({@link SwallowedErrorException}).
 *
 * <p>Immutable and thread-safe: what changes what is asked for returns doors of its own, which know of each other's
 * units. Every call that runs a unit blocks until the unit has ended, and holds one connection meanwhile.
 */
public final class Transactions {

    private static final UnitRunner ONCE = new UnitRunner() {
        @Override
        public <T, X extends Exception> T run(DataSource dataSource, Unit unit, Class<?> site, SqlFunction<T, X> work)
                throws SQLException, X {
            return new Attempt<T>().run(dataSource, unit, unit.timeout(), Attempt.BeforeCommit.NOTHING, work);
        }
    };

    private final DataSource dataSource;
    private final UnitRunner runner;
    private final Nesting nesting;
    private final Unit asked;
    private final boolean outermost;

    private Transactions(DataSource dataSource, UnitRunner runner, Nesting nesting, Unit asked, boolean outermost) {
        this.dataSource = dataSource;
        this.runner = runner;
        this.nesting = nesting;
        this.asked = asked;
        this.outermost = outermost;
    }

    /**
     * Transactions on connections of this data source, each run once.
     *
     * @param dataSource gives the connections; it stays the caller's to close
     * @return the doors
     */
    public static Transactions over(DataSource dataSource) {
        return over(dataSource, ONCE, EnclosingTransaction.NONE);
    }

    /**
     * Transactions on connections of this data source.
     *
     * @param dataSource gives the connections; it stays the caller's to close
     * @param runner runs outermost units; {@code null} to run each once
     * @param enclosing knows of transactions that somebody else has begun
     * @return the doors
     */
    public static Transactions over(
            DataSource dataSource, @Nullable UnitRunner runner, EnclosingTransaction enclosing) {
        return new Transactions(
                requireNonNull(dataSource, "dataSource"),
                runner == null ? ONCE : runner,
                new Nesting(requireNonNull(enclosing, "enclosing")),
                Unit.PLAIN,
                false);
    }

    /**
     * The same doors on connections of another view of the same database. Units of one are inside units of the other,
     * unless the outer one only reads: what it sees need not be what the other view promises, so that is refused.
     *
     * @param other gives the connections; views that promise the same are to be equal
     * @return other doors
     */
    public Transactions on(DataSource other) {
        return new Transactions(requireNonNull(other, "other"), runner, nesting, asked, outermost);
    }

    private Transactions asking(Unit unit) {
        return new Transactions(dataSource, runner, nesting, unit, outermost);
    }

    /**
     * Units of a name, by which they are told apart in meters and reports, and kept apart when they are in conflict.
     *
     * @param name one of few; not the number of an order
     * @return other doors
     * @throws IllegalArgumentException if the name is blank
     */
    public Transactions named(String name) {
        return asking(asked.named(requireNonNull(name, "name")));
    }

    /**
     * Units that are in conflict only with those of the same key, such as the number of an account.
     *
     * @param key has {@code equals} and {@code hashCode}; not kept for longer than it is in conflict
     * @return other doors
     */
    public Transactions keyed(Object key) {
        return asking(asked.keyed(requireNonNull(key, "key")));
    }

    /**
     * Units of an isolation level.
     *
     * @param isolation the level; without, that of the connection
     * @return other doors
     */
    public Transactions isolated(Isolation isolation) {
        return asking(asked.isolated(requireNonNull(isolation, "isolation")));
    }

    /**
     * Units that take no longer than this, with all attempts and the waits between them: none begins later, and what is
     * left when one begins is how long each of its statements may take to be answered; after that its connection is
     * ended. Work between the statements is not bounded.
     *
     * @param timeout at least 1 ms
     * @return other doors
     * @throws IllegalArgumentException if it is less
     */
    public Transactions within(Duration timeout) {
        return asking(asked.within(requireNonNull(timeout, "timeout")));
    }

    /**
     * Units that may be done twice: when the outcome of a commit is not known, they are run again.
     *
     * @return other doors
     */
    public Transactions idempotent() {
        return asking(asked.repeatable());
    }

    /**
     * Units that are refused inside another transaction, instead of becoming a part of it.
     *
     * @return other doors
     */
    public Transactions outermost() {
        return new Transactions(dataSource, runner, nesting, asked, true);
    }

    /**
     * Runs a unit that may write.
     *
     * @param <T> what the unit returns
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @return the unit's result, after its commit
     * @throws SQLException if the database refuses, or the outcome of the commit is not known
     * @throws X if the unit throws it
     * @throws IllegalStateException if the unit is inside another transaction, and is not to be, or cannot be
     */
    public <T, X extends Exception> T write(SqlFunction<T, X> work) throws SQLException, X {
        return transact(asked.reading(false), requireNonNull(work, "work").getClass(), work);
    }

    /**
     * Runs a unit that may write and returns nothing.
     *
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @throws SQLException if the database refuses, or the outcome of the commit is not known
     * @throws X if the unit throws it
     * @throws IllegalStateException if the unit is inside another transaction, and is not to be, or cannot be
     */
    public <X extends Exception> void run(SqlAction<X> work) throws SQLException, X {
        Class<?> site = requireNonNull(work, "work").getClass();
        SqlFunction<Boolean, X> asFunction = connection -> {
            work.accept(connection);
            return true;
        };
        transact(asked.reading(false), site, asFunction);
    }

    /**
     * Runs a unit that only reads. It is declared read-only, so it may be served by a replica, and the database
     * refuses its writes. With retries it is run again after a COMMIT without an answer, for it has nothing to commit: where
     * the driver is told not to pass read-only mode on, as by pgJDBC's {@code readOnlyMode=ignore}, do not write in it.
     *
     * @param <T> what the unit returns
     * @param <X> what the unit throws beside {@link SQLException}
     * @param work the unit
     * @return the unit's result
     * @throws SQLException if the database refuses
     * @throws X if the unit throws it
     * @throws IllegalStateException if the unit is inside another transaction, and is not to be
     */
    public <T, X extends Exception> T read(SqlFunction<T, X> work) throws SQLException, X {
        return transact(asked.reading(true), requireNonNull(work, "work").getClass(), work);
    }

    /**
     * Runs a part of a unit, in a savepoint: of what throws nothing stays, and the unit may go on.
     *
     * @param <T> what the part returns
     * @param <X> what the part throws beside {@link SQLException}
     * @param connection the unit's connection
     * @param part the part
     * @return the part's result
     * @throws SQLException if the database refuses
     * @throws X if the part throws it
     */
    public <T, X extends Exception> T savepoint(Connection connection, SqlFunction<T, X> part) throws SQLException, X {
        return nesting.savepoint(requireNonNull(connection, "connection"), requireNonNull(part, "part"));
    }

    private <T, X extends Exception> T transact(Unit unit, Class<?> site, SqlFunction<T, X> work)
            throws SQLException, X {
        if (nesting.isInside(dataSource)) {
            if (outermost) {
                throw new IllegalStateException(
                        unit + " is inside another transaction, and is not to be: it could not be"
                                + " run again alone; begin it outside, or leave out .outermost()");
            }
            return nesting.inside(dataSource, unit, work);
        }
        return runner.run(dataSource, unit, site, connection -> nesting.outermost(dataSource, connection, unit, work));
    }
}
