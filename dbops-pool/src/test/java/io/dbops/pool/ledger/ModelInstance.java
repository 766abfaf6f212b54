package io.dbops.pool.ledger;

import io.dbops.DbOpsException;
import io.dbops.pool.ledger.Ledger.Kind;
import io.dbops.pool.ledger.Ledger.Occupied;
import io.dbops.pool.ledger.ModelServer.ServerProcess;
import io.dbops.pool.ledger.Slots.Ticket;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An instance with the real slots and the real guard, and a pool that opens, uses and closes connections by chance. */
final class ModelInstance implements FleetPool {

    private static final long MILLI = 1_000_000;

    /** A pooled connection, as both sides see it. */
    final class Pooled {
        final ServerProcess process;
        boolean closed;
        boolean busy;

        Pooled(ServerProcess process) {
            this.process = process;
        }

        /** An idle process ends when its client leaves; a busy one first ends its query. */
        void close() {
            closed = true;
            connections.remove(this);
            server.leave(process, busy ? 10_000 * MILLI : 3 * MILLI);
        }

        Connection asConnection() {
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(),
                    new Class<?>[] {Connection.class},
                    (proxy, method, arguments) -> {
                        switch (method.getName()) {
                            case "isClosed" -> {
                                return closed;
                            }
                            case "abort" -> close();
                            default -> throw new UnsupportedOperationException(method.getName());
                        }
                        return null;
                    });
        }
    }

    /** A connection that is being opened. */
    private record Opening(Ticket ticket, @Nullable ServerProcess process) {}

    final List<Pooled> connections = new ArrayList<>();
    final Slots slots;
    final Guard guard;
    private final ModelServer server;
    private final ModelClock clock;
    private final Random random;
    private final Plan plan;
    private long nextRound;
    private int size;
    private int demand;
    private @Nullable Opening opening;
    long guardPid = -1;
    boolean joined;
    private boolean killed;
    private boolean calm;

    /** Its guard has one thread: while that waits for an answer, only the pool goes on. */
    private boolean inRound;

    ModelInstance(ModelServer server, ModelClock clock, Random random, Plan plan) throws SQLException {
        this.server = server;
        this.clock = clock;
        this.random = random;
        this.plan = plan;
        slots = new Slots(plan.floor(), clock);
        var gate =
                new LedgerDataSource("db", server, properties -> unsupported(properties), plan, slots, clock, () -> {});
        var claim = new Claim(plan, 1 + random.nextInt(3), plan.floor(), plan.floor() + plan.slots());
        guard = new Guard("db", new Remembering(), claim, slots, gate, this, clock);
        demand = random.nextInt(plan.slots());
    }

    /** Knows which process is the guard's. */
    private final class Remembering implements Ledger {
        @Override
        public LedgerSession open(Plan divided) throws SQLException {
            LedgerSession session = server.open(divided);
            guardPid = session.asPredecessor().pid();
            if (killed) {
                session.close();
            }
            return session;
        }

        @Override
        public @Nullable Occupied occupy(Connection pooled, Kind kind, int[] candidates) {
            return server.occupy(pooled, kind, candidates);
        }
    }

    private static Connection unsupported(Properties properties) {
        throw new UnsupportedOperationException("the model opens connections step by step: " + properties);
    }

    @Override
    public int needed() {
        return demand;
    }

    @Override
    public void resize(int to) {
        size = to;
    }

    void join() {
        try {
            guard.join();
            joined = true;
        } catch (SQLException | DbOpsException e) {
            joined = false;
        }
    }

    /** From now on its demand stays. */
    void calm() {
        calm = true;
    }

    /** One step of its guard or its pool. */
    void step(double losesReplies) throws SQLException, InterruptedException {
        if (clock.nanos() >= nextRound && !inRound) {
            inRound = true;
            nextRound = clock.nanos() + guard.round();
            inRound = false;
            return;
        }
        connections.removeIf(pooled -> {
            if (!server.isRunning(pooled.process)) {
                // The pool finds that the server has ended it.
                pooled.closed = true;
            }
            return pooled.closed;
        });
        Opening current = opening;
        if (current != null) {
            opening =
                    current.process() == null ? connect(current.ticket(), losesReplies) : occupy(current, losesReplies);
        } else if (connections.size() < size && random.nextInt(3) > 0) {
            Ticket ticket = slots.acquire(0, () -> {});
            opening = ticket == null ? null : new Opening(ticket, null);
        } else if (connections.size() > size) {
            connections.get(random.nextInt(connections.size())).close();
        } else if (!connections.isEmpty()) {
            use(connections.get(random.nextInt(connections.size())));
        }
    }

    private void use(Pooled pooled) {
        int what = random.nextInt(20);
        if (what == 0) {
            pooled.close();
        } else {
            pooled.busy = what < 5;
        }
        if (!calm && random.nextInt(50) == 0) {
            demand = random.nextInt(plan.slots());
        }
    }

    private @Nullable Opening connect(Ticket ticket, double losesReplies) {
        if (random.nextDouble() < losesReplies / 2) {
            slots.fail(ticket, Slots.SETTLE);
            return null;
        }
        ServerProcess process = server.start(true);
        if (random.nextDouble() < losesReplies) {
            server.leave(process, 900 * MILLI);
            slots.fail(ticket, Slots.UNKNOWN);
            return null;
        }
        return new Opening(ticket, process);
    }

    private @Nullable Opening occupy(Opening current, double losesReplies) {
        ServerProcess process = current.process();
        Ticket ticket = current.ticket();
        Occupied occupied = null;
        if (process != null && server.isRunning(process) && random.nextDouble() >= losesReplies / 2) {
            occupied = server.occupy(process, ticket.kind(), candidates(ticket));
            if (random.nextDouble() < losesReplies / 2) {
                occupied = null;
            }
        }
        if (process != null) {
            var pooled = new Pooled(process);
            if (occupied != null && slots.fill(ticket, pooled.asConnection(), occupied)) {
                process.handedOut = true;
                process.occupied = occupied;
                connections.add(pooled);
            } else {
                server.leave(process, 20 * MILLI);
                slots.fail(ticket, Slots.SETTLE);
            }
        }
        return null;
    }

    private int[] candidates(Ticket ticket) {
        int all = plan.floorSlots();
        Guard.Standing standing = guard.standing();
        int first = standing == null ? 0 : standing.seat() * plan.floor();
        return ticket.kind() == Kind.SHARED
                ? new int[] {ticket.number()}
                : IntStream.range(0, all).map(i -> (first + i) % all).toArray();
    }

    /** kill -9: busy processes end their query first; the guard's is found at once, or, half open, after a while. */
    void kill(boolean halfOpen) {
        killed = true;
        guard.stop();
        Opening current = opening;
        if (current != null && current.process() != null) {
            server.leave(current.process(), 20 * MILLI);
        }
        for (Pooled pooled : List.copyOf(connections)) {
            server.leave(pooled.process, halfOpen ? 11_000 * MILLI : pooled.busy ? 10_000 * MILLI : 3 * MILLI);
        }
        connections.clear();
        server.leave(guardPid, halfOpen ? 11_000 * MILLI : 0);
    }
}
