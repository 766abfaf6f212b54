package io.dbops.retry;

import static io.dbops.retry.Crossing.line;
import static io.dbops.retry.Crossing.unit;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.retry.DeadlockReport.Ours;
import io.dbops.retry.DeadlockReport.Party;
import io.dbops.retry.DeadlockReport.Unknown;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.Transactions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of real deadlocks among units of work over one pool, without a router. */
@DbOpsCluster(replicas = 0, settings = "deadlock_timeout=100ms")
class DeadlockReportTest {

    private final EmbeddedCluster cluster;
    private final HikariDataSource pool;

    DeadlockReportTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        var config = new HikariConfig();
        config.setJdbcUrl(cluster.primary().url());
        config.setUsername(cluster.primary().user());
        config.setPassword(cluster.primary().password());
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(0);
        pool = new HikariDataSource(config);
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        outside("drop table if exists account, other");
        outside("create table account (id int primary key, amount int not null)");
        outside("create table other (n int)");
        outside("insert into account select n, 100 from generate_series(1, 8) n");
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    private void outside(String sql) throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private Transactions transactions(Crossing crossing) {
        return Retries.attempts(4).listener(crossing).over(pool);
    }

    private static Ours ours(Party party) {
        assertThat(party.who()).isInstanceOf(Ours.class);
        return (Ours) party.who();
    }

    private static Party named(DeadlockReport report, String name) {
        return report.parties().stream()
                .filter(party -> name.equals(ours(party).name()))
                .findAny()
                .orElseThrow();
    }

    @Test
    void bothSidesAreNamedWithTheirPlacesInTheProgram() throws Exception {
        var crossing = new Crossing(2);
        Transactions transactions = transactions(crossing);
        var lines = new int[4];
        crossing.run(
                () -> {
                    lines[0] = line() + 1;
                    transactions.named("debit").run(connection -> {
                        lines[1] = line() + 1;
                        crossing.rows(connection, 1, 2);
                    });
                },
                () -> {
                    lines[2] = line() + 1;
                    transactions.named("credit").run(connection -> {
                        lines[3] = line() + 1;
                        crossing.rows(connection, 2, 1);
                    });
                });

        DeadlockReport report = crossing.awaitReport();
        assertThat(report.parties()).hasSize(2);
        Ours debit = ours(named(report, "debit"));
        Ours credit = ours(named(report, "credit"));
        assertThat(debit.site().getFileName()).isEqualTo("DeadlockReportTest.java");
        assertThat(debit.site().getLineNumber()).isEqualTo(lines[0]);
        assertThat(debit.thread()).isEqualTo("party-1");
        assertThat(credit.site().getLineNumber()).isEqualTo(lines[2]);
        assertThat(credit.thread()).isEqualTo("party-2");

        Party first = report.parties().get(0);
        assertThat(first.who()).isSameAs(report.victim());
        assertThat(first.mode()).isEqualTo("ShareLock");
        assertThat(first.object()).startsWith("transaction ");
        assertThat(first.relation()).isEqualTo("account");
        assertThat(first.blockedBy()).isEqualTo(report.parties().get(1).pid());
        assertThat(report.victim().waited()).isNotNull();
        assertThat(report.victim().waited().getLineNumber())
                .isEqualTo("debit".equals(report.victim().name()) ? lines[1] : lines[3]);
        assertThat(report.line())
                .contains("\"debit\"", "\"credit\"", "DeadlockReportTest.java:" + lines[0])
                .doesNotContain("\n");
        assertThat(report.toString()).contains("\n  process " + first.pid() + " waits for ShareLock");
    }

    @Test
    void threeInACircleAreAllNamed() throws Exception {
        var crossing = new Crossing(3);
        Transactions transactions = transactions(crossing);
        crossing.run(
                unit(transactions, "one", crossing, 1, 2),
                unit(transactions, "two", crossing, 2, 3),
                unit(transactions, "three", crossing, 3, 1));

        DeadlockReport report = crossing.awaitReport();
        assertThat(report.parties())
                .extracting(party -> ours(party).name())
                .containsExactlyInAnyOrder("one", "two", "three");
        assertThat(named(report, "one").blockedBy())
                .isEqualTo(named(report, "two").pid());
        assertThat(named(report, "two").blockedBy())
                .isEqualTo(named(report, "three").pid());
        assertThat(named(report, "three").blockedBy())
                .isEqualTo(named(report, "one").pid());
    }

    @Test
    void locksOfTablesAndAdvisoryLocksAreNamedAsTheServerDoes() throws Exception {
        var tables = new Crossing(2);
        Transactions transactions = transactions(tables);
        tables.run(
                () -> transactions.named("a").run(c -> tables.cross(c, "lock account", "lock other")),
                () -> transactions.named("b").run(c -> tables.cross(c, "lock other", "lock account")));
        var advisory = new Crossing(2);
        Transactions others = transactions(advisory);
        advisory.run(
                () -> others.named("a").run(c -> advisory.cross(c, advise(1), advise(2))),
                () -> others.named("b").run(c -> advisory.cross(c, advise(2), advise(1))));

        assertThat(tables.awaitReport().parties()).allSatisfy(party -> {
            assertThat(party.mode()).isEqualTo("AccessExclusiveLock");
            assertThat(party.object()).matches("relation \\d+ of database \\d+");
            assertThat(party.relation()).isNull();
            assertThat(ours(party).name()).isIn("a", "b");
        });
        assertThat(advisory.awaitReport().parties()).allSatisfy(party -> {
            assertThat(party.mode()).isEqualTo("ExclusiveLock");
            assertThat(party.object()).startsWith("advisory lock [");
            assertThat(ours(party).name()).isIn("a", "b");
        });
    }

    private static String advise(int key) {
        return "select pg_advisory_xact_lock(" + key + ")";
    }

    @Test
    void somebodyElseIsUnknownWhereNobodyCanBeAsked() throws Exception {
        var crossing = new Crossing(2);
        crossing.run(
                unit(transactions(crossing), "mine", crossing, 1, 2),
                () -> crossing.asStranger(cluster.primary(), cluster.primary().connect(), () -> {}));

        DeadlockReport report = crossing.awaitReport();
        assertThat(report.victim().name()).isEqualTo("mine");
        assertThat(report.parties().get(1).who()).isInstanceOf(Unknown.class);
        assertThat(report.toString()).contains("nobody to ask");
    }

    @Test
    void whatRunsAgainTellsSoAndIsCounted() throws Exception {
        var registry = new SimpleMeterRegistry();
        var crossing = new Crossing(2);
        Retries retries = Retries.attempts(6).withoutGate().listener(crossing);
        Transactions transactions = Transactions.over(
                new GuardedDataSource(pool), retries.open("app", registry), EnclosingTransaction.NONE);
        crossing.run(unit(transactions, "x", crossing, 1, 2), unit(transactions, "x", crossing, 2, 1));

        crossing.awaitReport();
        assertThat(registry.get("dbops.transactions.deadlocks")
                        .tag("name", "x")
                        .counter()
                        .count())
                .isEqualTo(crossing.reports().size());
    }

    @Test
    void aStormWritesFewLinesAndTellsOfEachDeadlock() throws Exception {
        var crossing = new Crossing(2);
        Transactions transactions = Retries.attempts(100)
                .withoutGate()
                .spending(1_000, 1)
                .listener(crossing)
                .over(pool);
        try (var lines = new DeadlockLines()) {
            List<Crossing.Party> parties = List.of(
                    storm(transactions, 1, 2),
                    storm(transactions, 2, 1),
                    storm(transactions, 2, 3),
                    storm(transactions, 3, 1));
            crossing.run(parties.toArray(Crossing.Party[]::new));

            assertThat(crossing.reports()).hasSizeGreaterThan(10);
            assertThat(lines.all())
                    .hasSizeBetween(1, 8)
                    .allSatisfy(line -> assertThat(line).doesNotContain("\n"));
        }
        // Whoever cannot be named for certain is not named; nearly all are.
        assertThat(crossing.reports())
                .allSatisfy(report -> assertThat(report.parties())
                        .allSatisfy(party -> assertThat(party.who()).isInstanceOfAny(Ours.class, Unknown.class)));
        var threads = new HashMap<String, String>();
        for (DeadlockReport report : crossing.reports()) {
            for (Party party : report.parties()) {
                if (party.who() instanceof Ours ours) {
                    assertThat(threads.computeIfAbsent(ours.thread(), thread -> String.valueOf(ours.name())))
                            .as("the unit that this thread runs")
                            .isEqualTo(ours.name());
                }
            }
        }
    }

    private static Crossing.Party storm(Transactions transactions, int first, int second) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(4);
        return () -> {
            while (System.nanoTime() < end) {
                transactions.named("from " + first).keyed(first).run(connection -> {
                    Crossing.execute(connection, Crossing.add(first));
                    Crossing.execute(connection, "select pg_sleep(0.01)");
                    Crossing.execute(connection, Crossing.add(second));
                });
            }
        };
    }

    @Test
    void nobodyIsNamedWhoDoesNotWantReports() throws Exception {
        var crossing = new Crossing(2);
        Transactions transactions =
                Retries.attempts(4).listener(crossing).withoutDeadlockReports().over(pool);
        try (var lines = new DeadlockLines()) {
            crossing.run(unit(transactions, "a", crossing, 1, 2), unit(transactions, "b", crossing, 2, 1));
            assertThat(lines.all()).isEmpty();
        }
        assertThat(crossing.reports()).isEmpty();
    }
}
