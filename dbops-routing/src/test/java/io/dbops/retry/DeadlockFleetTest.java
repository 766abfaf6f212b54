package io.dbops.retry;

import static io.dbops.retry.Crossing.line;
import static io.dbops.retry.Crossing.unit;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.DbOps;
import io.dbops.retry.DeadlockReport.Elsewhere;
import io.dbops.retry.DeadlockReport.Ours;
import io.dbops.retry.DeadlockReport.Party;
import io.dbops.retry.DeadlockReport.Stranger;
import io.dbops.retry.DeadlockReport.Unknown;
import io.dbops.retry.DeadlockReport.Who;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * What is told of deadlocks between instances that know of each other through their server alone, and with strangers. The
 * instances are of one process here; each has a router of its own, and routers share nothing.
 */
@DbOpsCluster(replicas = 0, settings = "deadlock_timeout=100ms")
class DeadlockFleetTest {

    private final EmbeddedNode primary;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Crossing crossing = new Crossing(2);

    DeadlockFleetTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        asSuperuser(primary, "grant pg_monitor to app");
        LostCommit.asApplication(
                primary,
                "drop table if exists account",
                "create table account (id int primary key, amount int not null)",
                "insert into account select n, 100 from generate_series(1, 8) n");
    }

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private DbOps instance(String name) {
        var config = new HikariConfig();
        config.setJdbcUrl(primary.url());
        config.setUsername(primary.user());
        config.setPassword(primary.password());
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        config.addDataSourceProperty("readOnlyMode", "always");
        var pool = new HikariDataSource(config);
        open.add(pool);
        var watch = new PGSimpleDataSource();
        watch.setURL(primary.url());
        watch.setUser(primary.user());
        watch.setPassword(primary.password());
        watch.setApplicationName("watch of " + name);
        DbOps instance = DbOps.named(name)
                .node("db-1", pool, watch)
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .retries(Retries.attempts(4).listener(crossing))
                .open();
        open.add(instance);
        return instance;
    }

    /** Each has run a unit, and its watch has looked twice since: it listens. */
    private void awaitListening(DbOps... instances) throws Exception {
        for (DbOps instance : instances) {
            instance.transactions().run(connection -> Crossing.execute(connection, "select 1"));
        }
        String now = one("select clock_timestamp()::text");
        Crossing.await("each watch has looked", () -> looks(now) == instances.length);
        String later = one("select clock_timestamp()::text");
        Crossing.await("each watch has looked again", () -> looks(later) == instances.length);
    }

    private int looks(String since) throws SQLException {
        return Integer.parseInt(one("select count(*) from pg_stat_activity where application_name like 'watch of%'"
                + " and query_start > '" + since + "' and state = 'idle'"));
    }

    private String one(String sql) throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static Who other(DeadlockReport report) {
        assertThat(report.parties()).hasSize(2);
        assertThat(report.parties().get(0).who()).isSameAs(report.victim());
        return report.parties().get(1).who();
    }

    /** Everything that is said on the channel, as anybody may hear it. */
    private final class Eavesdropper implements AutoCloseable {
        private final Connection connection;
        private final List<String> heard = new ArrayList<>();

        Eavesdropper() throws SQLException {
            connection = primary.connect();
            Crossing.execute(connection, "listen dbops_deadlocks");
        }

        List<String> heard() throws SQLException {
            Crossing.execute(connection, "select 1");
            PGNotification[] news = connection.unwrap(PGConnection.class).getNotifications();
            for (int i = 0; news != null && i < news.length; i++) {
                heard.add(news[i].getParameter());
            }
            return heard;
        }

        boolean hasHeard(String kind) throws SQLException {
            return heard().stream().anyMatch(text -> text.startsWith("dbops1\u001f" + kind + "\u001f"));
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Test
    void twoUnitsOfOneInstanceAreNamedWithoutAskingAnybody() throws Exception {
        DbOps orders = instance("orders");
        try (var eavesdropper = new Eavesdropper()) {
            crossing.run(
                    unit(orders.transactions(), "debit", crossing, 1, 2),
                    unit(orders.transactions(), "credit", crossing, 2, 1));

            DeadlockReport report = crossing.awaitReport();
            assertThat(List.of(report.victim(), other(report)))
                    .extracting(who -> ((Ours) who).name())
                    .containsExactlyInAnyOrder("debit", "credit");
            assertThat(eavesdropper.heard()).isEmpty();
        }
    }

    @Test
    void anotherInstanceSaysWhoItWas() throws Exception {
        DbOps orders = instance("orders");
        DbOps billing = instance("billing");
        awaitListening(orders, billing);
        var lines = new int[2];
        try (var eavesdropper = new Eavesdropper()) {
            eavesdropper.heard();
            crossing.run(
                    () -> {
                        lines[0] = line() + 1;
                        orders.transactions().named("order").run(connection -> crossing.rows(connection, 1, 2));
                    },
                    () -> {
                        lines[1] = line() + 1;
                        billing.transactions().named("bill").run(connection -> crossing.rows(connection, 2, 1));
                    });

            DeadlockReport report = crossing.awaitReport();
            boolean isOrder = "order".equals(report.victim().name());
            assertThat(other(report)).isInstanceOfSatisfying(Elsewhere.class, elsewhere -> {
                assertThat(elsewhere.name()).isEqualTo(isOrder ? "bill" : "order");
                assertThat(elsewhere.instance()).startsWith(isOrder ? "billing" : "orders");
                assertThat(elsewhere.site().getFileName()).isEqualTo("DeadlockFleetTest.java");
                assertThat(elsewhere.site().getLineNumber()).isEqualTo(isOrder ? lines[1] : lines[0]);
                assertThat(elsewhere.thread()).isEqualTo(isOrder ? "party-2" : "party-1");
                assertThat(elsewhere.client()).isEqualTo("127.0.0.1");
            });
            assertThat(eavesdropper.hasHeard("q")).isTrue();
            assertThat(eavesdropper.hasHeard("a"))
                    .as("the answer came through the server")
                    .isTrue();
        }
    }

    /** Other units have had the connection since: the one of the time is named all the same, or nobody. */
    @Test
    void anotherInstanceSaysWhoItWasAtTheTime() throws Exception {
        DbOps orders = instance("orders");
        DbOps billing = instance("billing");
        awaitListening(orders, billing);
        crossing.run(
                () -> {
                    orders.transactions().named("order").run(connection -> crossing.rows(connection, 1, 2));
                    runLater(orders);
                },
                () -> {
                    billing.transactions().named("bill").run(connection -> crossing.rows(connection, 2, 1));
                    runLater(billing);
                });

        DeadlockReport report = crossing.awaitReport();
        String name = "order".equals(report.victim().name()) ? "bill" : "order";
        assertThat(other(report))
                .isInstanceOfSatisfying(
                        Elsewhere.class,
                        elsewhere -> assertThat(elsewhere.name()).isEqualTo(name));
    }

    private static void runLater(DbOps instance) throws SQLException {
        for (int i = 0; i < 4; i++) {
            instance.transactions().named("later").run(c -> Crossing.execute(c, Crossing.add(3)));
        }
    }

    @Test
    void aStrangerIsToldAsTheServerShowsIt() throws Exception {
        DbOps orders = instance("orders");
        awaitListening(orders);
        crossing.run(
                unit(orders.transactions(), "order", crossing, 1, 2),
                () -> crossing.asStranger(primary, primary.connect(), crossing::awaitReport));

        DeadlockReport report = crossing.awaitReport();
        assertThat(report.victim().name()).isEqualTo("order");
        assertThat(other(report)).isEqualTo(new Stranger("nightly job", "127.0.0.1", Crossing.add(1), false));
        assertThat(report.toString()).contains(Crossing.add(1));
        assertThat(report.line()).contains("\"nightly job\"").doesNotContain(Crossing.add(1));
    }

    @Test
    void whatIsHiddenOfAStrangerIsSaidToBe() throws Exception {
        DbOps orders = instance("orders");
        awaitListening(orders);
        asSuperuser(primary, "revoke pg_monitor from app");
        crossing.run(
                unit(orders.transactions(), "order", crossing, 1, 2),
                () -> crossing.asStranger(primary, primary.connectAsSuperuser(), crossing::awaitReport));

        assertThat(other(crossing.awaitReport())).isEqualTo(new Stranger("nightly job", null, null, true));
        assertThat(crossing.awaitReport().line()).contains("grant it pg_monitor");
    }

    @Test
    void aStrangerThatIsGoneIsUnknown() throws Exception {
        DbOps orders = instance("orders");
        awaitListening(orders);
        crossing.run(
                unit(orders.transactions(), "order", crossing, 1, 2),
                () -> crossing.asStranger(primary, primary.connect(), () -> {}));

        assertThat(other(crossing.awaitReport())).isInstanceOfAny(Unknown.class, Stranger.class);
    }

    @Test
    void aStormAsksOnceASecond() throws Exception {
        DbOps orders = instance("orders");
        DbOps billing = instance("billing");
        awaitListening(orders, billing);
        long end = System.nanoTime() + Duration.ofSeconds(4).toNanos();
        var parties = new ArrayList<Crossing.Party>();
        for (int i = 0; i < 4; i++) {
            DbOps instance = i % 2 == 0 ? orders : billing;
            int first = i % 2 == 0 ? 1 : 2;
            parties.add(() -> {
                while (System.nanoTime() < end) {
                    try {
                        instance.transactions().named("from " + first).run(connection -> {
                            Crossing.execute(connection, Crossing.add(first));
                            Crossing.execute(connection, "select pg_sleep(0.02)");
                            Crossing.execute(connection, Crossing.add(3 - first));
                        });
                    } catch (SQLException e) {
                        assertThat(e.getSQLState()).isEqualTo("40P01");
                    }
                }
            });
        }
        try (var eavesdropper = new Eavesdropper();
                var logged = new DeadlockLines()) {
            crossing.run(parties.toArray(Crossing.Party[]::new));
            Crossing.await(
                    "answers",
                    () -> crossing.reports().stream()
                            .flatMap(report -> report.parties().stream())
                            .anyMatch(party -> party.who() instanceof Elsewhere));

            List<String> questions = eavesdropper.heard().stream()
                    .filter(text -> text.contains("\u001fq\u001f"))
                    .toList();
            assertThat(questions).hasSizeBetween(1, 2 * 6);
            assertThat(logged.all()).hasSizeBetween(1, 2 * 6);
            assertThat(Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().endsWith("-deadlocks")))
                    .as("threads that wait for answers")
                    .hasSizeLessThanOrEqualTo(2);
        }
        for (DeadlockReport report : crossing.reports()) {
            for (Party party : report.parties()) {
                assertThat(party.who()).isInstanceOfAny(Ours.class, Elsewhere.class, Unknown.class);
            }
        }
    }
}
