package io.dbops.retry.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.retry.CommitMarkers;
import io.dbops.retry.TransactionStatus;
import io.dbops.retry.torture.Contender.Fate;
import io.dbops.retry.torture.Mishaps.Mishap;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * P4: while connections, server processes and servers die before, during and after COMMIT, what clients were told of
 * their units is so. What was acknowledged is there once; what failed is not there; what is of unknown outcome is there
 * once or not. Next to it, on the same servers, a client that repeats whatever fails does units twice.
 *
 * <p>Without a property some hundred units of each contender run, and no server is promoted. The short form, {@code
 * -Ddbops.torture=short}, takes half a minute; the long one, {@code -Ddbops.torture=long}, 20,000 units of each, or as many as
 * {@code -Ddbops.units=} says. {@code -Ddbops.seed=} repeats the draws of an earlier run; real servers and threads make
 * another history of them. {@code -Ddbops.episode=} has only episodes of one name.
 */
@Tag("cluster-heavy")
class TransactionTortureTest {

    private static final String FORM = System.getProperty("dbops.torture", "tiny");
    private static final boolean PROMOTES = !FORM.equals("tiny");
    private static final long UNITS_EACH = Long.getLong(
            "dbops.units",
            switch (FORM) {
                case "long" -> 20_000L;
                case "short" -> 2_000L;
                default -> 200L;
            });
    private static final int ROUNDS = Integer.getInteger(
            "dbops.rounds",
            switch (FORM) {
                case "long" -> 20;
                case "short" -> 2;
                default -> 1;
            });

    private final Map<String, Integer> happened = new LinkedHashMap<>();

    @Test
    void whatClientsAreToldOfTheirUnitsIsSo() throws Exception {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        System.out.println("transaction torture, " + FORM + ", seed " + seed);
        long start = System.nanoTime();
        List<Audit> audits = run(seed);
        System.out.println("transaction torture, " + FORM + ", seed " + seed + ", "
                + Duration.ofNanos(System.nanoTime() - start).toSeconds() + " s, " + happened);
        audits.forEach(audit -> System.out.println("  " + audit));

        for (Audit audit : audits) {
            if (audit.contender instanceof Contender.Naive) {
                assertThat(audit.duplicates)
                        .as("seed %d: the same run would have shown units done twice", seed)
                        .isPositive();
            } else {
                assertThat(audit.violations).as("seed %d", seed).isEmpty();
                assertThat(audit.duplicates).as("seed %d", seed).isZero();
            }
        }
        Audit unproven = audits.get(0);
        assertThat(unproven.told(Fate.UNKNOWN))
                .as("seed %d: commits without an answer", seed)
                .isPositive();
        Audit marked = audits.get(2);
        assertThat(marked.told(Fate.UNKNOWN))
                .as("seed %d: unknown in spite of markers", seed)
                .isLessThanOrEqualTo(marked.units() / 100);
    }

    private List<Audit> run(long seed) throws Exception {
        var random = new SplittableRandom(seed);
        var aims = new Aims();
        try (EmbeddedCluster cluster = EmbeddedCluster.builder()
                        .replicas(1)
                        .setting("max_connections", "100")
                        .setting("deadlock_timeout", "100ms")
                        // Only commits have the log written out.
                        .setting("wal_writer_delay", "10s")
                        .start();
                var lines = new Lines(cluster, aims)) {
            List<Contender> contenders;
            Map<Long, Fate> fates;
            try (RoutedDataSource routed =
                    LagAwareRouting.within(Duration.ofSeconds(2)).wrap(lines.nodes)) {
                contenders = contenders(routed);
                try (Connection connection = cluster.primary().connect()) {
                    Bank.create(connection, contenders.size());
                }
                CommitMarkers.standard().create(cluster.primary().dataSource());
                var mishaps = new Mishaps(cluster, lines, routed, aims, contenders, random.split());
                mishaps.replicateSynchronously();
                try (var clients = new Clients(contenders, aims, seed)) {
                    torture(mishaps, clients, random);
                    fates = clients.stop();
                }
                mishaps.settle();
            }
            return audit(cluster, contenders, fates);
        }
    }

    private static List<Contender> contenders(RoutedDataSource routed) {
        return List.of(
                new Contender.Retried(0, "unproven", routed, UnaryOperator.identity()),
                new Contender.Naive(1, routed),
                new Contender.Retried(2, "markers", routed, retries -> retries.proving(CommitMarkers.standard())),
                new Contender.Retried(3, "numbers", routed, retries -> retries.proving(TransactionStatus.standard())));
    }

    /** Spreads what happens over the units. */
    private void torture(Mishaps mishaps, Clients clients, SplittableRandom random) throws Exception {
        Map<String, Mishap> all = new LinkedHashMap<>();
        all.put("cut before commit", mishaps::cutBeforeCommit);
        all.put("lost answers", mishaps::lostAnswers);
        all.put("late commits", mishaps::lateCommits);
        all.put("cut anywhere", mishaps::cutAnywhere);
        all.put("terminate", mishaps::terminate);
        all.put("crash in place", mishaps::crashInPlace);
        all.put("crash before anything is written", mishaps::crashBeforeAnythingIsWritten);
        if (PROMOTES) {
            all.put("failover", mishaps::failover);
            all.put("slow standby", mishaps::slowStandby);
            all.put("failover without the last commits", mishaps::failoverWithoutTheLastCommits);
        }
        String only = System.getProperty("dbops.episode");
        all.keySet().removeIf(name -> only != null && !name.equals(only));
        long episodes = (long) ROUNDS * all.size();
        long episode = 0;
        for (int round = 0; round < ROUNDS; round++) {
            for (String name : shuffled(all.keySet(), random)) {
                all.get(name).happen();
                happened.merge(name, 1, Integer::sum);
                episode++;
                awaitUnits(clients, UNITS_EACH * episode / episodes);
            }
        }
    }

    private static List<String> shuffled(Iterable<String> names, SplittableRandom random) {
        var left = new ArrayList<String>();
        names.forEach(left::add);
        var order = new ArrayList<String>();
        while (!left.isEmpty()) {
            order.add(left.remove(random.nextInt(left.size())));
        }
        return order;
    }

    private static void awaitUnits(Clients clients, long each) throws Exception {
        long before = -1;
        while (clients.unitsEach() < each && !clients.isBroken()) {
            long now = clients.unitsEach();
            assertThat(now).as("units go on").isGreaterThan(before);
            before = now;
            Mishaps.await("a unit ends", () -> clients.unitsEach() > now || clients.isBroken());
        }
    }

    private static List<Audit> audit(EmbeddedCluster cluster, List<Contender> contenders, Map<Long, Fate> fates)
            throws Exception {
        try (Connection connection = cluster.primary().connectAsSuperuser()) {
            assertThat(Bank.wrongAccounts(connection))
                    .as("accounts that differ from the ledger")
                    .isZero();
            var audits = new ArrayList<Audit>();
            for (Contender contender : contenders) {
                var own = new LinkedHashMap<Long, Fate>();
                fates.forEach((id, fate) -> {
                    if (id % contenders.size() == contender.number) {
                        own.put(id, fate);
                    }
                });
                audits.add(Audit.of(contender, own, Bank.ledger(connection, contender.number)));
            }
            return audits;
        }
    }
}
