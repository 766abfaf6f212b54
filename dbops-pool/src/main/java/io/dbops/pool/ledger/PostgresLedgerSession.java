package io.dbops.pool.ledger;

import io.dbops.pool.ledger.Ledger.Kind;
import io.dbops.pool.ledger.Ledger.Occupied;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A guard session on PostgreSQL. What an instance tells of itself is in locks too: one per figure, whose number is the
 * seat and the figure.
 */
final class PostgresLedgerSession implements LedgerSession {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresLedgerSession.class);

    /** The first kind of lock that tells a figure; the others follow in the order of {@link #figures}. */
    private static final int FIRST_FIGURE = 8;

    private static final int FIGURES = 6;

    /** Bits of a figure, under those of the seat. */
    private static final int FIGURE_BITS = 20;

    private static final String SCAN = """
            select classid::bigint - ?, objid::bigint, pid from pg_locks
            where locktype = 'advisory' and objsubid = 2 and granted
              and classid::bigint between ? and ? + 15
              and database = (select oid from pg_database where datname = current_database())""";

    private static final String LOCK = """
            select key from unnest(?::int[]) as key where pg_try_advisory_lock(?, key)""";

    private static final String UNLOCK = "select pg_advisory_unlock(?, key) from unnest(?::int[]) as key";

    private static final String RUNNING = """
            select a.pid from unnest(?::int[]) as wanted, lateral pg_stat_get_activity(wanted) as a""";

    private static final String END = """
            select pg_terminate_backend(pid) from pg_stat_get_activity(?)
            where extract(epoch from backend_start)::text = ?""";

    private final Connection connection;
    private final int classes;
    private final Predecessor self;
    private int[] told = {};

    PostgresLedgerSession(Connection connection, int classes, Predecessor self) {
        this.connection = connection;
        this.classes = classes;
        this.self = self;
    }

    @Override
    public Predecessor asPredecessor() {
        return self;
    }

    @Override
    public void end(Predecessor predecessor) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setInt(1, Math.toIntExact(predecessor.pid()));
            statement.setString(2, predecessor.startedAt());
            statement.execute();
        }
    }

    @Override
    public Scan scan() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SCAN)) {
            statement.setInt(1, classes);
            statement.setInt(2, classes);
            statement.setInt(3, classes);
            try (ResultSet row = statement.executeQuery()) {
                return scan(row);
            }
        }
    }

    private static Scan scan(ResultSet row) throws SQLException {
        var seats = new TreeMap<Integer, Long>();
        var rights = new HashMap<Integer, Long>();
        var live = new HashMap<Integer, Long>();
        var floors = new HashMap<Integer, Long>();
        var figures = new HashMap<Integer, int[]>();
        while (row.next()) {
            int kind = row.getInt(1);
            long key = row.getLong(2);
            long pid = row.getLong(3);
            switch (kind) {
                case PostgresLedger.SEAT -> seats.put((int) key, pid);
                case PostgresLedger.RIGHT -> rights.put((int) key, pid);
                case PostgresLedger.SHARED -> live.put((int) key, pid);
                case PostgresLedger.FLOOR -> floors.put((int) key, pid);
                default -> addFigure(figures, kind - FIRST_FIGURE, key);
            }
        }
        var members = new ArrayList<Member>();
        seats.forEach((seat, pid) -> members.add(new Member(seat, pid, claim(figures.get(seat)))));
        return new Scan(List.copyOf(members), rights, live, floors);
    }

    private static void addFigure(Map<Integer, int[]> figures, int index, long key) {
        if (index >= 0 && index < FIGURES) {
            int seat = (int) (key >>> FIGURE_BITS);
            int figure = (int) (key & ((1 << FIGURE_BITS) - 1));
            int[] ofSeat = figures.computeIfAbsent(seat, added -> new int[] {-1, -1, -1, -1, -1, -1});
            // While a figure changes both are there: the larger is the more careful of all but the slots.
            ofSeat[index] = Math.max(ofSeat[index], figure);
        }
    }

    /** Nothing while a figure is missing, or two that change together do not fit. */
    private static @Nullable Claim claim(int @Nullable [] figures) {
        if (figures == null) {
            return null;
        }
        try {
            return new Claim(
                    new Plan(figures[0], figures[1], figures[2]),
                    figures[3],
                    Math.min(figures[4], figures[5]),
                    figures[5]);
        } catch (IllegalArgumentException e) {
            LOG.trace("A claim that is being told", e);
            return null;
        }
    }

    private static int[] figures(Claim claim) {
        Plan plan = claim.plan();
        return new int[] {plan.seats(), plan.floor(), plan.slots(), claim.weight(), claim.wish(), claim.ceiling()};
    }

    @Override
    public boolean sit(int seat) throws SQLException {
        return !lock(PostgresLedger.SEAT, List.of(seat)).isEmpty();
    }

    @Override
    public void tell(int seat, Claim claim) throws SQLException {
        int[] figures = figures(claim);
        for (int i = 0; i < FIGURES; i++) {
            if (told.length == 0 || told[i] != figures[i]) {
                if (lock(FIRST_FIGURE + i, List.of(key(seat, figures[i]))).isEmpty()) {
                    // Of the seat's last holder, whose process lets go of one lock after the other; or a stranger's.
                    throw new SQLException(
                            "the advisory lock (" + (classes + FIRST_FIGURE + i) + ", " + key(seat, figures[i])
                                    + ") of the ledger is held by another session",
                            "55P03");
                }
                if (told.length != 0) {
                    unlock(FIRST_FIGURE + i, List.of(key(seat, told[i])));
                }
            }
        }
        told = figures;
    }

    private static int key(int seat, int figure) {
        return seat << FIGURE_BITS | figure;
    }

    @Override
    public Set<Integer> take(Collection<Integer> slots) throws SQLException {
        return lock(PostgresLedger.RIGHT, slots);
    }

    @Override
    public void giveBack(Collection<Integer> slots) throws SQLException {
        unlock(PostgresLedger.RIGHT, slots);
    }

    @Override
    public boolean standIn(Occupied slot) throws SQLException {
        return !lock(kind(slot), List.of(slot.number())).isEmpty();
    }

    @Override
    public void stepBack(Occupied slot) throws SQLException {
        unlock(kind(slot), List.of(slot.number()));
    }

    private static int kind(Occupied slot) {
        return slot.kind() == Kind.FLOOR ? PostgresLedger.FLOOR : PostgresLedger.SHARED;
    }

    private Set<Integer> lock(int kind, Collection<Integer> keys) throws SQLException {
        var locked = new HashSet<Integer>();
        Array array = array(keys);
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setArray(1, array);
            statement.setInt(2, classes + kind);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    locked.add(row.getInt(1));
                }
            }
        }
        return locked;
    }

    private void unlock(int kind, Collection<Integer> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNLOCK)) {
            statement.setInt(1, classes + kind);
            statement.setArray(2, array(keys));
            statement.execute();
        }
    }

    @Override
    public Set<Long> running(Collection<Long> pids) throws SQLException {
        var running = new HashSet<Long>();
        try (PreparedStatement statement = connection.prepareStatement(RUNNING)) {
            statement.setArray(1, array(pids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    running.add(row.getLong(1));
                }
            }
        }
        return running;
    }

    private Array array(Collection<? extends Number> numbers) throws SQLException {
        return connection.createArrayOf(
                "int4", numbers.stream().map(Number::intValue).toArray());
    }

    @Override
    public void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A guard session could not be given up", e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("A guard session could not be ended", e);
        }
    }
}
