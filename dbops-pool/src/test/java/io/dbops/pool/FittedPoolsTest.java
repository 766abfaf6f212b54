package io.dbops.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Credentials;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.dialect.Dialect;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@DbOpsCluster(replicas = 0, settings = "max_connections=40")
class FittedPoolsTest {

    private final EmbeddedNode server;

    FittedPoolsTest(EmbeddedCluster cluster) {
        server = cluster.primary();
    }

    private Node.Addressed node() {
        return new Node.Addressed("db-1", server.url(), Credentials.of(server.user(), server.password()));
    }

    private ConnectionLimits limits() throws SQLException {
        try (Connection connection = server.connect()) {
            return Dialect.of(connection).limits(connection);
        }
    }

    private void asSuperuser(String sql) throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aPoolThatFitsOpens() throws SQLException {
        try (NodePool pool = FittedPools.upTo(36).open("orders", node(), limits());
                Connection connection = pool.dataSource().getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void aPoolThatDoesNotFitIsRefusedWithTheArithmetic() {
        assertThatThrownBy(() -> FittedPools.upTo(10).instances(3).reserving(5).open("orders", node(), limits()))
                .isInstanceOf(DbOpsException.class)
                .hasMessage("pool of node \"db-1\" (10 and 1 to watch) x 3 instances = 33, but the server leaves 32"
                        + " (max_connections 40 - superuser_reserved_connections 3, kept back 5): 9 or less fits");
    }

    @Test
    void oneLessThanWhatIsRefusedFits() throws SQLException {
        ConnectionLimits limits = limits();
        assertThatThrownBy(() -> FittedPools.upTo(37).open("orders", node(), limits))
                .hasMessageEndingWith("36 or less fits");
        assertThatCode(() -> FittedPools.upTo(36).open("orders", node(), limits).close())
                .doesNotThrowAnyException();
    }

    @Test
    void theLimitOfTheRoleBindsWhereItIsLowerAndIsNamed() throws SQLException {
        asSuperuser("alter role app connection limit 20");
        try {
            assertThatThrownBy(() -> FittedPools.upTo(20).open("orders", node(), limits()))
                    .hasMessage("pool of node \"db-1\" (20 and 1 to watch) x 1 instance = 21, but the server leaves 20"
                            + " (max_connections 40 - superuser_reserved_connections 3 = 37; connection limit of role"
                            + " app 20; connection limit of role app binds, kept back 0): 19 or less fits");
        } finally {
            asSuperuser("alter role app connection limit -1");
        }
    }

    @Test
    void aGivenBudgetCountsWhateverTheServerSays() throws SQLException {
        assertThatThrownBy(() -> FittedPools.upTo(20).budget(20).open("orders", node(), limits()))
                .hasMessage("pool of node \"db-1\" (20 and 1 to watch) x 1 instance = 21, but the server leaves 20"
                        + " (budget 20, given, whatever the server says: 37, kept back 0): 19 or less fits");
        assertThat(FittedPools.upTo(99).budget(100).verdict("db-1", limits()).fits())
                .as("a pooler lets in more than its server does")
                .isTrue();
    }

    @Test
    void aPoolInWhichThreadsWaitForEachOtherForEverIsRefused() throws SQLException {
        assertThatThrownBy(() -> FittedPools.upTo(8).threads(8, 2).open("orders", node(), limits()))
                .isInstanceOf(DbOpsException.class)
                .hasMessage("pool of node \"db-1\" (8): its threads need 9 (8 threads x (2 held at once - 1) + 1), or"
                        + " they wait for each other for ever; give it as many, or let fewer threads hold several"
                        + " connections at once");
        assertThatCode(() -> FittedPools.upTo(9)
                        .threads(8, 2)
                        .open("orders", node(), limits())
                        .close())
                .doesNotThrowAnyException();
    }

    /** The floor is a fact: one less, and the threads do wait for ever. */
    @Test
    void theFloorIsWhereThreadsBeginToGoOn() throws Exception {
        assertThat(threadsThatGetTheirSecond(4, 4))
                .as("4 connections for 4 threads")
                .isZero();
        assertThat(threadsThatGetTheirSecond(4, 5))
                .as("5 connections for 4 threads")
                .isEqualTo(4);
    }

    private int threadsThatGetTheirSecond(int threads, int poolSize) throws Exception {
        var haveFirst = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try (NodePool pool =
                FittedPools.upTo(poolSize).waiting(Duration.ofSeconds(2)).open("orders", node(), limits())) {
            Callable<Boolean> unit = () -> {
                try (Connection first = pool.dataSource().getConnection()) {
                    haveFirst.await(20, TimeUnit.SECONDS);
                    try (Connection second = pool.dataSource().getConnection()) {
                        return first.isValid(1) && second.isValid(1);
                    } catch (SQLTransientConnectionException waitedInVain) {
                        haveFirst.await(20, TimeUnit.SECONDS); // nobody gives back before all have waited
                        return false;
                    }
                }
            };
            int served = 0;
            for (var done : executor.invokeAll(Collections.nCopies(threads, unit), 40, TimeUnit.SECONDS)) {
                served += done.get() ? 1 : 0;
            }
            return served;
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void openingLogsOneLineWithAllFiguresAndThoseThatBind() throws SQLException {
        var sizing = PoolSizing.unknown()
                .arrivals(200, Duration.ofMillis(20))
                .threads(8, 2)
                .server(4, 0, 2);
        FittedPools pools = FittedPools.upTo(9).instances(2).reserving(5).sizing(sizing);
        try (var log = new LogCapture();
                NodePool pool = pools.open("orders", node(), limits())) {
            assertThat(pool.dataSource()).isNotNull();
            assertThat(log.lines("INFO", FittedPools.class))
                    .containsExactly(
                            "pool of node \"db-1\" (9 and 1 to watch) x 2 instances = 20 of 32 (max_connections"
                                    + " 40 - superuser_reserved_connections 3, kept back 5); 15 would fit, bound by"
                                    + " max_connections; the load needs 4 (200.0 a second x 20.0 ms); its threads need 9"
                                    + " (8 threads x (2 held at once - 1) + 1); the server does well at 4 (the whole of it at"
                                    + " 2 x 4 cores + 0 spindles = 8, by 2 instances): 9 is advised");
        }
    }

    @Test
    void whereNothingFitsTheMessageSaysSo() {
        assertThatThrownBy(() -> FittedPools.upTo(1).instances(30).reserving(30).open("orders", node(), limits()))
                .hasMessageContaining("= 60, but the server leaves 7")
                .hasMessageEndingWith("none fits; raise max_connections or keep back less");
    }

    @Test
    void aReadOnlyConnectionIsRefusedItsWritesInAutocommitModeToo() throws SQLException {
        try (NodePool pool = FittedPools.upTo(2).open("orders", node(), limits());
                Connection connection = pool.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setReadOnly(true);
            assertThatThrownBy(() -> statement.execute("create table t ()"))
                    .hasFieldOrPropertyWithValue("SQLState", "25006");
        }
    }

    @Test
    void closingEndsItsConnections() throws Exception {
        NodePool pool = FittedPools.upTo(3).open("orders", node(), limits());
        pool.dataSource().getConnection().close();
        pool.close();
        pool.close();
        assertThatThrownBy(() -> pool.dataSource().getConnection()).isInstanceOf(SQLException.class);
    }

    @Test
    void badNumbersAreRejectedBeforeAnythingIsOpened() {
        assertThatThrownBy(() -> FittedPools.upTo(0)).hasMessage("upTo (0): must be at least 1");
        assertThatThrownBy(() -> FittedPools.upTo(1).instances(0)).hasMessage("instances (0): must be at least 1");
        assertThatThrownBy(() -> FittedPools.upTo(1).reserving(-1)).hasMessage("reserving (-1): must not be negative");
        assertThatThrownBy(() -> FittedPools.upTo(1).waiting(Duration.ofMillis(249)))
                .hasMessage("waiting (PT0.249S): must be at least PT0.25S");
    }
}
