package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Credentials;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.PoolStatus;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.dialect.Dialect;
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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@DbOpsCluster(replicas = 0, settings = "max_connections=40")
class FleetPoolsTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final EmbeddedNode server;
    private final List<AutoCloseable> open = new ArrayList<>();

    FleetPoolsTest(EmbeddedCluster cluster) {
        server = cluster.primary();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        await(() -> pooledOnServer() == 0, () -> "nothing left on the server");
    }

    private Node.Addressed node() {
        return new Node.Addressed("db-1", server.url(), Credentials.of(server.user(), server.password()));
    }

    private ConnectionLimits limits() throws SQLException {
        try (Connection connection = server.connect()) {
            return Dialect.of(connection).limits(connection);
        }
    }

    /** 37 usable, less 5, less 3 x 3 sessions: 23 slots, of which 3 are floors. */
    private static FleetPools pools() {
        return FleetPools.reserving(5).instances(3).waiting(Duration.ofMillis(500));
    }

    private NodePool open(FleetPools pools) throws SQLException {
        NodePool pool = pools.open("orders", node(), limits());
        open.add(0, pool);
        return pool;
    }

    private List<Connection> borrow(NodePool pool, int count) throws SQLException {
        var borrowed = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            Connection connection = pool.dataSource().getConnection();
            open.add(0, connection);
            borrowed.add(connection);
        }
        return borrowed;
    }

    /** Borrows until there is nothing more to be had. */
    private List<Connection> drain(NodePool pool) {
        var borrowed = new ArrayList<Connection>();
        try {
            while (true) {
                borrowed.addAll(borrow(pool, 1));
            }
        } catch (SQLException e) {
            return borrowed;
        }
    }

    private static void giveBack(List<Connection> connections) throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    private int pooledOnServer() throws SQLException {
        return ask("select count(*) from pg_stat_activity where application_name = 'orders'");
    }

    private int locks() throws SQLException {
        return ask("select count(*) from pg_locks where locktype = 'advisory' and classid::bigint % 16 in (3, 4)");
    }

    private int ask(String sql) throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    /** What an instance may hold, and holds the right to, when nothing moves any more. */
    private static void awaitSize(NodePool pool, int connections) throws SQLException {
        await(() -> size(pool) == connections, () -> "a pool of " + connections + ", but it may be " + size(pool));
    }

    private static int size(NodePool pool) throws SQLException {
        return pool.dataSource().unwrap(HikariDataSource.class).getMaximumPoolSize();
    }

    private static void await(Question<Boolean> condition, Question<String> what) throws SQLException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.ask()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + SOON + ": " + what.ask());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws SQLException;
    }

    @Test
    void oneInstanceAloneHasAllThatIsShared() throws SQLException {
        NodePool pool = open(pools());

        awaitSize(pool, 21);

        assertThat(drain(pool)).hasSize(21);
        assertThat(pooledOnServer()).isEqualTo(21);
    }

    @Test
    void instancesShareAlikeAndWhatOneLeavesTheOthersGet() throws SQLException {
        NodePool first = open(pools());
        awaitSize(first, 21);
        List<Connection> held = drain(first);
        NodePool second = open(pools());

        // The second has its floor at once, and the rest when the first can give it up.
        giveBack(borrow(second, 1));
        assertThat(pooledOnServer()).isLessThanOrEqualTo(23);
        giveBack(held);
        awaitSize(first, 11);
        awaitSize(second, 11);
        var all = new ArrayList<Connection>();
        await(
                () -> {
                    all.addAll(drain(first));
                    all.addAll(drain(second));
                    return all.size() == 22;
                },
                () -> "22 connections in all, but there are " + all.size());
        giveBack(all);

        second.close();
        awaitSize(first, 21);
    }

    @Test
    void sharesFollowWeights() throws SQLException {
        NodePool light = open(pools());
        NodePool heavy = open(pools().weighted(3));

        // 20 shared: 5 and 15, and a floor each.
        awaitSize(light, 6);
        awaitSize(heavy, 16);
    }

    @Test
    void whoHasUseForMoreGetsWhatOthersDoNotUse() throws Exception {
        NodePool busy = open(pools());
        NodePool idle = open(pools());
        awaitSize(busy, 11);
        awaitSize(idle, 11);
        borrow(busy, 11);

        Thread waiting = new Thread(() -> drain(busy));
        waiting.start();

        await(() -> size(busy) > 11 && size(idle) < 11, () -> "more for the busy, but it has " + size(busy));
        waiting.join();
        assertThat(pooledOnServer()).isLessThanOrEqualTo(23);
    }

    @Test
    void oneInstanceMoreThanThereArePlacesForDoesNotOpen() throws SQLException {
        open(pools());
        open(pools());
        open(pools());

        assertThatThrownBy(() -> open(pools()))
                .isInstanceOf(DbOpsException.class)
                .hasMessage(
                        "node \"db-1\": all 3 seats of its ledger are taken, so this would be one instance more than"
                                + " the server's connections were divided for. End one, or open all with .instances(4) or more");
        assertThat(pooledOnServer()).isLessThanOrEqualTo(23);
    }

    @Test
    void instancesThatDivideTheServerOtherwiseDoNotOpen() throws SQLException {
        open(pools());

        assertThatThrownBy(() -> open(pools().instances(2)))
                .isInstanceOf(DbOpsException.class)
                .hasMessage("node \"db-1\": this instance divides the server for 2 instances with a floor of 1, but one"
                        + " that is open for 3 instances with a floor of 1; all that share a ledger must agree. Give them"
                        + " the same .instances(...) and .floor(...), or a ledger of their own with .ledger(name) and"
                        + " .budget(n)");
    }

    @Test
    void floorsThatDoNotFitAreRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> open(FleetPools.reserving(5).instances(10).floor(2)))
                .isInstanceOf(DbOpsException.class)
                .hasMessage(
                        "node \"db-1\": 10 instances with a floor of 2 and 3 sessions of their own (guard, watch, one"
                                + " asking) = 50, but the server leaves 32 (max_connections 40 - superuser_reserved_connections 3, kept back 5): 6"
                                + " instances or less fit");
    }

    @Test
    void badNumbersAreRejectedBeforeAnythingIsOpened() {
        assertThatThrownBy(() -> FleetPools.reserving(-1)).hasMessage("reserving (-1): must not be negative");
        assertThatThrownBy(() -> pools().instances(0)).hasMessage("instances (0): must be from 1 to 4095");
        assertThatThrownBy(() -> pools().floor(0)).hasMessage("floor (0): must be from 1 to 1000000");
        assertThatThrownBy(() -> pools().floor(3).upTo(2)).hasMessage("upTo (2): must be at least the floor (3)");
        assertThatThrownBy(() -> pools().upTo(2).floor(3)).hasMessage("upTo (2): must be at least the floor (3)");
        assertThatThrownBy(() -> pools().weighted(101)).hasMessage("weighted (101): must be from 1 to 100");
        assertThatThrownBy(() -> pools().budget(0)).hasMessage("budget (0): must be at least 1");
        assertThatThrownBy(() -> pools().ledger(" ")).hasMessage("ledger (\" \"): must not be blank");
        assertThatThrownBy(() -> pools().waiting(Duration.ofMillis(249)))
                .hasMessage("waiting (PT0.249S): must be at least PT0.25S");
    }

    @Test
    void withoutItsGuardAnInstanceKeepsItsConnectionsAndItsFloor() throws SQLException {
        NodePool pool = open(pools());
        awaitSize(pool, 21);
        List<Connection> held = borrow(pool, 8);

        ask(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'dbops guard orders'");

        for (Connection connection : held) {
            assertThat(connection.isValid(2)).isTrue();
        }
        awaitSize(pool, 21);
        assertThat(pooledOnServer()).isBetween(8, 21);
    }

    @Test
    void locksThatTheApplicationDropsAreHeldInItsPlace() throws SQLException {
        NodePool pool = open(pools());
        awaitSize(pool, 21);
        List<Connection> held = drain(pool);
        try (Statement statement = held.get(0).createStatement()) {
            statement.execute("select pg_advisory_unlock_all()");
        }
        await(() -> locks() == 21, () -> "21 locks, but there are " + locks());

        NodePool other = open(pools());
        borrow(other, 1);
        giveBack(held);

        awaitSize(other, 11);
        await(() -> locks() <= 22, () -> "22 locks");
        assertThat(held.get(0).isClosed()).isTrue();
    }

    @Test
    void theStatusShowsTheFleet() throws SQLException {
        NodePool light = open(pools());
        NodePool heavy = open(pools().weighted(3));
        awaitSize(light, 6);
        awaitSize(heavy, 16);
        borrow(light, 2);

        await(() -> light.status().orElseThrow().fleet().get(0).wish() == 2, () -> "a wish of 2");
        PoolStatus status = light.status().orElseThrow();
        assertThat(status.node()).isEqualTo("db-1");
        assertThat(status.most()).isEqualTo(6);
        assertThat(status.used()).isEqualTo(2);
        assertThat(status.waiting()).isZero();
        assertThat(status.slots()).isEqualTo(23);
        assertThat(status.fleet())
                .containsExactly(
                        new PoolStatus.Instance(0, true, 1, 2, 6, 6), new PoolStatus.Instance(1, false, 3, 1, 16, 16));
        assertThat(status.format()).matches("""
                db-1: 2 used, \\d idle, 0 waiting; may hold 6 of 23
                   seat  weight   wish  share   held
                 \\*    0       1      2      6      6
                      1       3      1     16     16""");

        light.close();
        assertThat(light.status().orElseThrow().open()).isZero();
    }

    @Test
    void closingLeavesNothingOnTheServer() throws SQLException {
        NodePool pool = open(pools());
        awaitSize(pool, 21);
        drain(pool);

        pool.close();
        pool.close();

        await(() -> pooledOnServer() == 0 && locks() == 0, () -> "nothing left");
    }
}
