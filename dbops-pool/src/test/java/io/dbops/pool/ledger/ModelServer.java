package io.dbops.pool.ledger;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A server as the ledger sees it: processes, and counted locks that end with them. Between any two of a guard's
 * statements others may act, and each answer may be lost, before or after the server has done what was asked.
 */
final class ModelServer implements Ledger {

    /** A lock. */
    record Key(String kind, int number) {}

    /** A process of the server. */
    static final class ServerProcess {
        final long pid;
        final boolean pooled;
        final Map<Key, Integer> locks = new HashMap<>();

        @Nullable
        Claim told;

        /** Whether a pool has it, or had. */
        boolean handedOut;

        /** Whether the application has released its locks behind the pool's back. */
        boolean hasDroppedLocks;

        @Nullable
        Occupied occupied;

        /** When it finds that its client is gone; never while it is not. */
        long endsAt = Long.MAX_VALUE;

        ServerProcess(long pid, boolean pooled) {
            this.pid = pid;
            this.pooled = pooled;
        }

        void dropLocks() {
            locks.clear();
            hasDroppedLocks = true;
        }
    }

    final List<ServerProcess> processes = new ArrayList<>();
    private final ModelClock clock;
    private final Random random;

    /** Whether pooled connections occupy their slots themselves. Without, it is the ledger that did not hold. */
    private final boolean occupies;

    private Runnable others = () -> {};
    private boolean inside;
    private long lastPid = 100;
    double losesReplies;

    ModelServer(ModelClock clock, Random random, boolean occupies) {
        this.clock = clock;
        this.random = random;
        this.occupies = occupies;
    }

    /** What others do between two statements. */
    void others(Runnable acting) {
        others = acting;
    }

    ServerProcess start(boolean pooled) {
        var process = new ServerProcess(++lastPid, pooled);
        processes.add(process);
        return process;
    }

    void end(long pid) {
        processes.removeIf(process -> process.pid == pid);
    }

    void leave(long pid, long within) {
        processes.stream().filter(process -> process.pid == pid).toList().forEach(process -> leave(process, within));
    }

    void reap() {
        processes.removeIf(process -> process.endsAt <= clock.nanos());
    }

    /** The process has lost its client, and finds out within a time. */
    void leave(ServerProcess process, long within) {
        process.endsAt =
                Math.min(process.endsAt, clock.nanos() + (within == 0 ? 0 : (long) (random.nextDouble() * within)));
        reap();
    }

    boolean isRunning(ServerProcess process) {
        return processes.contains(process);
    }

    private boolean isHeldByOther(Key key, ServerProcess self) {
        return processes.stream().anyMatch(process -> process != self && process.locks.containsKey(key));
    }

    boolean lock(ServerProcess self, Key key) {
        if (isHeldByOther(key, self)) {
            return false;
        }
        self.locks.merge(key, 1, Integer::sum);
        return true;
    }

    /** Whether a pooled process, or a guard in its place, holds the lock of its slot. */
    boolean isCovered(ServerProcess pooled) {
        Occupied slot = pooled.occupied;
        return slot != null
                && processes.stream()
                        .filter(process -> process == pooled || !process.pooled)
                        .anyMatch(process ->
                                process.locks.containsKey(new Key(slot.kind().name(), slot.number())));
    }

    private static void unlock(ServerProcess self, Key key) {
        self.locks.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    private Map<Integer, Long> holders(String kind) {
        var holders = new TreeMap<Integer, Long>();
        for (ServerProcess process : processes) {
            for (Key key : process.locks.keySet()) {
                if (key.kind().equals(kind)) {
                    holders.put(key.number(), process.pid);
                }
            }
        }
        return holders;
    }

    @Override
    public LedgerSession open(Plan plan) throws SQLException {
        ServerProcess process = start(false);
        var session = new Session(process);
        try {
            session.ask(() -> {});
        } catch (SQLException e) {
            session.abort();
            throw e;
        }
        return session;
    }

    /** The first of these slots that is free, for a pooled process. */
    @Nullable
    Occupied occupy(ServerProcess process, Kind kind, int[] candidates) {
        for (int slot : candidates) {
            if (!occupies) {
                return new Occupied(kind, slot, process.pid);
            }
            if (lock(process, new Key(kind.name(), slot))) {
                return new Occupied(kind, slot, process.pid);
            }
        }
        return null;
    }

    @Override
    public Occupied occupy(Connection pooled, Kind kind, int[] candidates) {
        throw new UnsupportedOperationException("the model's instances open connections step by step");
    }

    /** A guard's session. */
    private final class Session implements LedgerSession {
        private final ServerProcess process;

        Session(ServerProcess process) {
            this.process = process;
        }

        /** Others act; the server does it, unless the process is gone or the question is lost; the answer may be lost. */
        private void ask(Runnable question) throws SQLException {
            if (!inside) {
                inside = true;
                others.run();
                inside = false;
            }
            boolean isLostBefore = random.nextDouble() < losesReplies / 2;
            if (!isRunning(process) || process.endsAt != Long.MAX_VALUE || isLostBefore) {
                throw new SQLException("lost", "08006");
            }
            question.run();
            if (random.nextDouble() < losesReplies / 2) {
                throw new SQLException("answer lost", "08006");
            }
        }

        @Override
        public Predecessor asPredecessor() {
            return new Predecessor(process.pid, "");
        }

        @Override
        public void end(Predecessor predecessor) throws SQLException {
            ask(() -> ModelServer.this.end(predecessor.pid()));
        }

        @Override
        public Scan scan() throws SQLException {
            var scans = new ArrayList<Scan>();
            ask(() -> {
                var members = new ArrayList<Member>();
                holders("SEAT").forEach((seat, pid) -> members.add(new Member(seat, pid, claimOf(pid))));
                scans.add(new Scan(members, holders("RIGHT"), holders("SHARED"), holders("FLOOR")));
            });
            return scans.get(0);
        }

        private @Nullable Claim claimOf(long pid) {
            return processes.stream()
                    .filter(other -> other.pid == pid)
                    .map(other -> other.told)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public boolean sit(int seat) throws SQLException {
            return !locked("SEAT", List.of(seat)).isEmpty();
        }

        @Override
        public void tell(int seat, Claim claim) throws SQLException {
            ask(() -> process.told = claim);
        }

        @Override
        public Set<Integer> take(Collection<Integer> slots) throws SQLException {
            return locked("RIGHT", slots);
        }

        private Set<Integer> locked(String kind, Collection<Integer> numbers) throws SQLException {
            var locked = new HashSet<Integer>();
            ask(() -> numbers.stream()
                    .filter(number -> lock(process, new Key(kind, number)))
                    .forEach(locked::add));
            return locked;
        }

        @Override
        public void giveBack(Collection<Integer> slots) throws SQLException {
            ask(() -> slots.forEach(slot -> unlock(process, new Key("RIGHT", slot))));
        }

        @Override
        public Set<Long> running(Collection<Long> pids) throws SQLException {
            var running = new HashSet<Long>();
            ask(() -> processes.stream()
                    .map(other -> other.pid)
                    .filter(pids::contains)
                    .forEach(running::add));
            return running;
        }

        @Override
        public boolean standIn(Occupied slot) throws SQLException {
            return !locked(slot.kind().name(), List.of(slot.number())).isEmpty();
        }

        @Override
        public void stepBack(Occupied slot) throws SQLException {
            ask(() -> unlock(process, new Key(slot.kind().name(), slot.number())));
        }

        @Override
        public void abort() {
            leave(process, 6_000_000_000L);
        }

        @Override
        public void close() {
            leave(process, 0);
        }
    }
}
