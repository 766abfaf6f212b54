package io.dbops.pool.torture;

import io.dbops.dialect.ConnectionLimits;
import io.dbops.dialect.Dialect;
import io.dbops.pool.ledger.LedgerView;
import io.dbops.pool.ledger.LedgerView.Sight;
import io.dbops.pool.ledger.Plan;
import io.dbops.test.EmbeddedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The processes that divide one server, and what is watched there. Events belong to one thread. */
final class Fleet implements AutoCloseable {

    /** What is promised, ten times: shares are fair within 5 s. */
    private static final Duration FAIR_WITHIN = Duration.ofSeconds(50);

    /** What took longer is told in full. */
    private static final long SLOW_NANOS = Duration.ofSeconds(5).toNanos();

    private static final long LOOK_NANOS = 20_000_000;

    /** As often in a row the shares are to be found fair. */
    private static final int LOOKS = 3;

    private static final int THREADS = 14;

    /** All want more than they can have; one or two of the threads may just be between two queries. */
    private static final int WISH = THREADS - 2;

    private static final long GHOST_NANOS = Duration.ofSeconds(3).toNanos();

    final EmbeddedNode server;
    final Sampler sampler;
    final List<InstanceProcess> instances = new CopyOnWriteArrayList<>();
    private final Path directory;
    private final long seed;
    private final int usable;
    private final Plan plan;
    private final Tally tally;
    private final Queue<Long> deaths = new ConcurrentLinkedQueue<>();
    private final List<InstanceProcess> former = new CopyOnWriteArrayList<>();
    private int started;
    private @Nullable LedgerView view;

    private Fleet(EmbeddedNode server, Path directory, long seed, int usable, Tally tally) {
        this.server = server;
        this.directory = directory;
        this.seed = seed;
        this.usable = usable;
        this.tally = tally;
        // The floor of each, and guard, watch and one connection that is asking.
        plan = new Plan(Instance.SEATS, 1, usable - Instance.KEPT_BACK - 4 * Instance.SEATS);
        sampler = new Sampler(server, plan.pooled(), this::present);
    }

    static Fleet of(EmbeddedNode server, Path directory, long seed, Tally tally) throws SQLException {
        try (Connection connection = server.connect()) {
            ConnectionLimits limits = Dialect.of(connection).limits(connection);
            return new Fleet(server, directory, seed, limits.usable(), tally);
        }
    }

    /** Instances that run, and those whose last connection may still be on its way. */
    private int present() {
        deaths.removeIf(death -> System.nanoTime() - death > GHOST_NANOS);
        return instances.size() + deaths.size();
    }

    InstanceProcess start() throws IOException {
        InstanceProcess process = InstanceProcess.start(started++, server.port(), usable, seed, directory);
        instances.add(process);
        return process;
    }

    /** One more, from when it is open. */
    void join(String kind) throws Exception {
        InstanceProcess process = start();
        awaitOpen(process);
        settled(kind, System.nanoTime());
    }

    void awaitOpen(InstanceProcess process) throws Exception {
        await(
                "instance " + process.number + " is open: " + errors(process),
                () -> process.isOpen() || !process.isAlive());
        if (!process.isOpen()) {
            throw new AssertionError("instance " + process.number + " did not open: " + errors(process));
        }
    }

    private String errors(InstanceProcess process) throws IOException {
        return Files.readString(directory.resolve("instance-" + server.port() + "-" + process.number + ".err"));
    }

    /** It is no member any more. */
    void gone(InstanceProcess process) {
        instances.remove(process);
        former.add(process);
        deaths.add(System.nanoTime());
    }

    /** Returns when shares are fair and connections are on them all, and notes how long it took. */
    void settled(String kind, long since) throws Exception {
        long deadline = System.nanoTime() + FAIR_WITHIN.toNanos();
        long fairAt = 0;
        int fair = 0;
        Sight sight = null;
        var history = new StringBuilder();
        while (System.nanoTime() < deadline) {
            long now = System.nanoTime();
            Sight before = sight;
            sight = look();
            if (!Objects.equals(before, sight)) {
                history.append("    ")
                        .append((now - since) / 1_000_000)
                        .append(" ms: ")
                        .append(sight)
                        .append('\n');
            }
            if (sight == null || !sight.isFair(instances.size(), WISH)) {
                fair = 0;
            } else if (fair++ == 0) {
                fairAt = now;
            }
            if (fair >= LOOKS && isFull(sight)) {
                tally.add(kind, fairAt - since, now - since);
                if (fairAt - since > SLOW_NANOS) {
                    System.out.println("  slow: " + kind + "\n" + history);
                }
                return;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new AssertionError(kind + ", not settled within " + FAIR_WITHIN + ": " + instances.size() + " instances, "
                + sight + "\n" + told());
    }

    private boolean isFull(Sight sight) {
        int wanted = Math.min(sight.slots() + sight.members(), sight.members() * THREADS);
        return sight.live() + sight.floors() >= wanted;
    }

    private @Nullable Sight look() {
        try {
            if (view == null) {
                view = LedgerView.of("dbops", properties -> server.connectAsSuperuser(), plan);
            }
            return view.look();
        } catch (SQLException e) {
            closeView();
            return null;
        }
    }

    private void closeView() {
        if (view != null) {
            view.close();
            view = null;
        }
    }

    String told() {
        var text = new StringBuilder();
        instances.forEach(each -> text.append("  instance ")
                .append(each.number)
                .append(": ")
                .append(each.told())
                .append('\n'));
        return text.toString();
    }

    /** Connections that the server has refused to any instance, or has written that it did. */
    long refused() throws IOException {
        Path log = server.dataDirectory().resolveSibling(server.dataDirectory().getFileName() + ".log");
        long written;
        try (var lines = Files.lines(log)) {
            written = lines.filter(line -> line.contains("too many clients")
                            || line.contains("remaining connection slots")
                            || line.contains("too many connections"))
                    .count();
        }
        long told = 0;
        for (List<InstanceProcess> each : List.of(instances, former)) {
            told += each.stream().mapToLong(InstanceProcess::refused).sum();
        }
        return Math.max(written, told);
    }

    /** Asks the server as superuser. */
    long ask(String sql) throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + FAIR_WITHIN.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + FAIR_WITHIN + ": " + what);
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() {
        sampler.close();
        closeView();
        instances.forEach(InstanceProcess::close);
        former.forEach(InstanceProcess::close);
    }
}
