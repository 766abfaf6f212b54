package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Credentials;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.pool.ledger.PostgresAddress;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What strangers, addresses and silent networks do to a fleet. */
@DbOpsCluster(replicas = 0, settings = "max_connections=40")
class FleetHazardsTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /** 37 usable, less 5, less 3 x 3 sessions: 23 slots, of which 3 are floors. */
    private static final FleetPools POOLS = FleetPools.reserving(5).instances(3).waiting(Duration.ofMillis(500));

    private static final ConnectionLimits LIMITS = ConnectionLimits.given(37, "the test");

    private final EmbeddedNode server;
    private final List<AutoCloseable> open = new ArrayList<>();

    FleetHazardsTest(EmbeddedCluster cluster) {
        server = cluster.primary();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
        await(
                "nothing left on the server",
                () -> ask("select count(*) from pg_stat_activity where usename = 'app'")
                        .equals("0"));
    }

    private NodePool open(FleetPools pools, String url) {
        NodePool pool = pools.open(
                "orders", new Node.Addressed("db-1", url, Credentials.of(server.user(), server.password())), LIMITS);
        open.add(0, pool);
        return pool;
    }

    private Connection superuser() throws SQLException {
        Connection connection = server.connectAsSuperuser();
        open.add(connection);
        return connection;
    }

    private String ask(String sql) throws SQLException {
        try (Connection connection = server.connectAsSuperuser()) {
            return ask(connection, sql);
        }
    }

    private static String ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    private static int size(NodePool pool) throws SQLException {
        return pool.dataSource().unwrap(HikariDataSource.class).getMaximumPoolSize();
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("not within %s: %s", SOON, what).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** The number by which the ledger's locks of a kind are known. */
    private int lockClass(int kind) throws SQLException {
        return Integer.parseInt(ask("select min(classid::bigint) / 16 * 16 from pg_locks"
                        + " where locktype = 'advisory' and objsubid = 2"))
                + kind;
    }

    @Test
    void optionsInTheUrlComeBesideThoseOfTheLedger() throws Exception {
        NodePool pool = open(
                POOLS,
                server.url() + "?options=-c%20work_mem=3MB&ApplicationName=mine&socketTimeout=20&connectTimeout=20");

        try (Connection connection = pool.dataSource().getConnection()) {
            assertThat(ask(connection, "show work_mem")).isEqualTo("3MB");
            assertThat(ask(connection, "show client_connection_check_interval")).isEqualTo("1s");
            assertThat(ask(connection, "show tcp_keepalives_idle")).isEqualTo("5");
            assertThat(ask(connection, "show application_name")).isEqualTo("orders");
            assertThat(connection.getNetworkTimeout()).isEqualTo(20_000);
        }
    }

    @Test
    void nothingBoundsStatementsThatTheApplicationDoesNotBound() throws Exception {
        NodePool pool = open(POOLS, server.url());

        try (Connection connection = pool.dataSource().getConnection()) {
            assertThat(connection.getNetworkTimeout()).isZero();
        }
    }

    @Test
    void simpleQueriesWillDo() throws Exception {
        NodePool pool = open(POOLS, server.url() + "?preferQueryMode=simple");

        await("a pool of 21", () -> size(pool) == 21);
        pool.dataSource().getConnection().close();
    }

    /** As the last holder of a seat does for a moment, of whose locks the server releases that of the seat first. */
    @Test
    void whoCannotTellOfItselfTakesNoPart() throws Exception {
        NodePool first = open(POOLS, server.url());
        int figure = lockClass(8);
        first.close();
        Connection stranger = superuser();
        // Of seat 0: that there are 3 seats.
        ask(stranger, "select pg_advisory_lock(" + figure + ", 3)");

        assertThatThrownBy(() -> open(POOLS, server.url()))
                .isInstanceOf(DbOpsException.class)
                .hasMessageContaining("the advisory lock (" + figure + ", 3) of the ledger is held by another session");
    }

    /** Strangers on slots and seats take what they hold, and no more. */
    @Test
    void strangersOnTheLocksOnlyCostWhatTheyHold() throws Exception {
        NodePool pool = open(POOLS, server.url());
        await("a pool of 21", () -> size(pool) == 21);
        int classes = lockClass(0);
        pool.close();
        Connection stranger = superuser();
        ask(stranger, "select pg_advisory_lock(" + (classes + 1) + ", 0)");
        ask(stranger, "select pg_advisory_lock(" + (classes + 2) + ", 7)");
        ask(stranger, "select pg_advisory_lock(" + (classes + 3) + ", 8)");
        ask(stranger, "select pg_advisory_lock_shared(" + (classes + 3) + ", 9)");

        NodePool again = open(POOLS, server.url());

        await("20 shared slots but three, and the floor", () -> size(again) == 18);
        var held = new ArrayList<Connection>();
        while (held.size() < 18) {
            Connection connection = again.dataSource().getConnection();
            open.add(0, connection);
            held.add(connection);
        }
    }

    /** Connections of an instance that died may be on all floor slots: what is shared is there all the same. */
    @Test
    void withoutAFloorSlotSharedOnesAreOpened() throws Exception {
        NodePool pool = open(POOLS, server.url());
        int classes = lockClass(0);
        pool.close();
        Connection stranger = superuser();
        ask(stranger, "select count(pg_advisory_lock(" + (classes + 4) + ", n)) from generate_series(0, 2) as n");

        NodePool again = open(POOLS.waiting(Duration.ofSeconds(5)), server.url());

        for (int i = 0; i < 10; i++) {
            open.add(0, again.dataSource().getConnection());
        }
    }

    @Test
    void ofTwoThatJoinAtOnceAndDisagreeNotBothStay() {
        for (int i = 0; i < 5; i++) {
            var three = CompletableFuture.supplyAsync(() -> opened(POOLS));
            var two = CompletableFuture.supplyAsync(() -> opened(POOLS.instances(2)));

            NodePool[] both = {three.join(), two.join()};

            assertThat(both).containsNull();
            for (NodePool one : both) {
                if (one != null) {
                    one.close();
                }
            }
        }
    }

    private NodePool opened(FleetPools pools) {
        try {
            return pools.open(
                    "orders",
                    new Node.Addressed("db-1", server.url(), Credentials.of(server.user(), server.password())),
                    LIMITS);
        } catch (DbOpsException e) {
            return null;
        }
    }

    /** As a firewall does that has lost its state: connections come about, and nothing passes. */
    @Test
    void aServerThatAcceptsAndIsSilentIsNotWaitedForForEver() {
        try (FaultProxy network = FaultProxy.to("127.0.0.1", server.port())) {
            network.drop();
            PostgresAddress address = PostgresAddress.of("jdbc:postgresql://127.0.0.1:" + network.port() + "/app");

            assertTimeoutPreemptively(
                    SOON,
                    () -> assertThatThrownBy(() -> address.connect(new Properties(), DriverManager::getConnection))
                            .isInstanceOf(SQLException.class));
        }
    }

    @Test
    void closingLeavesNoThread() throws Exception {
        NodePool pool = open(POOLS, server.url());
        pool.dataSource().getConnection().close();
        var asking = CompletableFuture.runAsync(() -> {
            try {
                while (true) {
                    pool.dataSource().getConnection();
                }
            } catch (SQLException e) {
                // Until it is closed.
                LockSupport.parkNanos(1);
            }
        });
        pool.close();
        asking.join();

        await(
                "no thread",
                () -> Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .noneMatch(name -> name.startsWith("orders-db-1") || name.startsWith("dbops-orders-")));
    }
}
