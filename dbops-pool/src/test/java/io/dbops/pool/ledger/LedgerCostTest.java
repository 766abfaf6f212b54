package io.dbops.pool.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.pool.ledger.Ledger.Kind;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a large fleet's looking at its ledger costs the server. Prints the figures of docs/performance.md. */
@DbOpsCluster(replicas = 0, settings = "max_connections=700")
class LedgerCostTest {

    private static final int INSTANCES = 50;
    private static final int SHARED = 450;
    private static final Plan PLAN = new Plan(INSTANCES, 1, SHARED);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final int ROUNDS = 10;
    private static final int ALONE = 200;

    private final EmbeddedNode server;
    private final List<AutoCloseable> open = new ArrayList<>();

    LedgerCostTest(EmbeddedCluster cluster) {
        server = cluster.primary();
    }

    @Test
    void fiftyInstancesOfFiveHundredConnectionsLookAtTheirLedgerForLittle() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(INSTANCES);
        try {
            var ledger = new PostgresLedger("cost", "cost", properties -> server.connect());
            List<LedgerSession> guards = guards(ledger);
            occupyAll(ledger);
            LedgerSession one = guards.get(0);
            Scan scan = one.scan();
            assertThat(scan.members()).hasSize(INSTANCES);
            assertThat(scan.rights()).hasSize(SHARED);
            assertThat(scan.live()).hasSize(SHARED);

            long[] alone = timed(one, ALONE, Duration.ZERO);
            long serverBefore = cpuTicks();
            List<Future<long[]>> looking = threads.invokeAll(guards.stream()
                    .map(guard -> (Callable<long[]>) () -> timed(guard, ROUNDS, TICK))
                    .toList());
            double seconds = ROUNDS * TICK.toNanos() / 1e9;
            double cpu = (cpuTicks() - serverBefore) / 100.0 / seconds;
            var all = new ArrayList<Long>();
            for (Future<long[]> each : looking) {
                for (long nanos : each.get()) {
                    all.add(nanos);
                }
            }

            System.out.println("50 instances, 500 connections, rows of a scan "
                    + (INSTANCES * 7 + 2 * SHARED + INSTANCES) + ", milliseconds p50 p99 max: alone "
                    + figures(IntStream.range(0, alone.length)
                            .mapToObj(i -> alone[i])
                            .toList()) + ", all at 500 ms "
                    + figures(all) + String.format(Locale.ROOT, "; the server's processes took %.2f of a core", cpu));
            assertThat(all.stream().sorted().toList().get(all.size() / 2)).isLessThan(TICK.toNanos() / 5);
        } finally {
            threads.shutdownNow();
            for (AutoCloseable each : open) {
                each.close();
            }
        }
    }

    private List<LedgerSession> guards(PostgresLedger ledger) throws SQLException {
        var guards = new ArrayList<LedgerSession>();
        for (int seat = 0; seat < INSTANCES; seat++) {
            LedgerSession guard = ledger.open(PLAN);
            open.add(guard);
            assertThat(guard.sit(seat)).isTrue();
            guard.tell(seat, new Claim(PLAN, 1, 10, 50));
            int first = seat * SHARED / INSTANCES;
            guard.take(
                    IntStream.range(first, first + SHARED / INSTANCES).boxed().toList());
            guards.add(guard);
        }
        return guards;
    }

    /** One connection on all slots: to a look they are as many rows. */
    private void occupyAll(PostgresLedger ledger) throws SQLException {
        Connection connection = server.connect();
        open.add(connection);
        for (int slot = 0; slot < SHARED; slot++) {
            assertThat(ledger.occupy(connection, Kind.SHARED, new int[] {slot})).isNotNull();
        }
        for (int slot = 0; slot < INSTANCES; slot++) {
            assertThat(ledger.occupy(connection, Kind.FLOOR, new int[] {slot})).isNotNull();
        }
    }

    private static long[] timed(LedgerSession guard, int rounds, Duration tick) throws SQLException {
        long[] nanos = new long[rounds];
        // Each has a phase of its own, as instances have.
        LockSupport.parkNanos(tick.toNanos() * (guard.asPredecessor().pid() % INSTANCES) / INSTANCES);
        for (int i = 0; i < rounds; i++) {
            long start = System.nanoTime();
            guard.scan();
            nanos[i] = System.nanoTime() - start;
            LockSupport.parkNanos(tick.toNanos() - nanos[i]);
        }
        return nanos;
    }

    /** Hundredths of a second that the server's processes have taken. */
    private long cpuTicks() {
        return ProcessHandle.of(server.pid()).stream()
                .flatMap(ProcessHandle::children)
                .mapToLong(child ->
                        child.info().totalCpuDuration().orElse(Duration.ZERO).toMillis() / 10)
                .sum();
    }

    private static String figures(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "%.1f %.1f %.1f",
                sorted.get(sorted.size() / 2) / 1e6,
                sorted.get(sorted.size() * 99 / 100) / 1e6,
                sorted.get(sorted.size() - 1) / 1e6);
    }
}
