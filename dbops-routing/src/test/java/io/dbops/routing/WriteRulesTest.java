package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.RoutingDecision.Reason;
import io.dbops.Session;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postgresql.PGConnection;

/**
 * Every way to write is noticed, and a write with an open outcome keeps its session on the primary. Replay is paused
 * after the replicas were measured: a read that goes to one is stale for certain.
 */
@DbOpsCluster(replicas = 2, proxied = true)
class WriteRulesTest {

    private final EmbeddedCluster cluster;
    private final Pooled pools;

    WriteRulesTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        pools = Pooled.over(cluster, config -> config.addDataSourceProperty("socketTimeout", "1"));
    }

    @BeforeEach
    void createTable() throws Exception {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists t");
            statement.execute("create table t (n int)");
            statement.execute("create or replace procedure insert_and_commit() language plpgsql as"
                    + " $$ begin insert into t values (1); commit; end $$");
        }
        cluster.awaitCaughtUp(Duration.ofSeconds(20));
    }

    @AfterEach
    void restore() {
        cluster.nodes().forEach(node -> node.network().heal());
        cluster.replicas().forEach(EmbeddedNode::resumeReplay);
        pools.close();
    }

    private RoutedDataSource open() {
        return LagAwareRouting.within(Duration.ofMinutes(1)).wrap(pools.nodes());
    }

    private boolean isReplica(Queries.Answer answer) {
        return !answer.node().equals(cluster.primary().name());
    }

    @FunctionalInterface
    private interface Write {
        void on(Connection connection) throws Exception;
    }

    private record Way(String name, Write write) {}

    @TestFactory
    Stream<DynamicTest> rule09_everyWayToWriteIsSeenByTheNextReadOfItsSession() {
        return Stream.of(
                        new Way("autocommit update", c -> insert(c)),
                        new Way("commit", c -> {
                            c.setAutoCommit(false);
                            insert(c);
                            c.commit();
                        }),
                        new Way("setAutoCommit(true) inside a transaction", c -> {
                            c.setAutoCommit(false);
                            insert(c);
                            c.setAutoCommit(true);
                        }),
                        new Way("commit through the connection of a statement", c -> {
                            c.setAutoCommit(false);
                            try (Statement statement = c.createStatement()) {
                                statement.executeUpdate("insert into t values (1)");
                                statement.getConnection().commit();
                            }
                        }),
                        new Way("commit through the statement of a result set", c -> {
                            c.setAutoCommit(false);
                            insert(c);
                            try (Statement statement = c.createStatement();
                                    var row = statement.executeQuery("select 1")) {
                                row.getStatement().getConnection().commit();
                            }
                        }),
                        new Way("COMMIT as a statement", c -> {
                            c.setAutoCommit(false);
                            insert(c);
                            try (Statement statement = c.createStatement()) {
                                statement.execute("commit");
                            }
                        }),
                        new Way("a procedure that commits", c -> {
                            try (var call = c.prepareCall("call insert_and_commit()")) {
                                call.execute();
                            }
                        }),
                        new Way("a query that inserts", c -> {
                            try (Statement statement = c.createStatement();
                                    var rows = statement.executeQuery("insert into t values (1) returning n")) {
                                assertThat(rows.next()).isTrue();
                            }
                        }),
                        new Way(
                                "COPY through the driver's own connection",
                                c -> c.unwrap(PGConnection.class)
                                        .getCopyAPI()
                                        .copyIn("copy t from stdin", new StringReader("1\n"))),
                        new Way("a read-only unit that turns read-only off", c -> {
                            c.setReadOnly(true);
                            try (Statement statement = c.createStatement()) {
                                statement.execute("set session characteristics as transaction read write");
                                statement.execute("insert into t values (1)");
                            }
                        }))
                .map(way -> DynamicTest.dynamicTest(way.name, () -> isSeen(way)));
    }

    private static void insert(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate("insert into t values (1)");
        }
    }

    private void isSeen(Way way) throws Exception {
        createTable();
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1")));
            cluster.replicas().forEach(EmbeddedNode::pauseReplay);
            Session session = routed.session();
            // The session has written already, so that a read-only unit finds itself on the primary.
            execute(session.dataSource(), "create table if not exists before ()");
            try (Connection connection = session.dataSource().getConnection()) {
                way.write.on(connection);
            }
            assertThat(read(session.dataSource(), "select count(*) from t").value())
                    .isEqualTo(1);
        } finally {
            cluster.replicas().forEach(EmbeddedNode::resumeReplay);
        }
    }

    /** Nothing but the close tells of this write, and the session has no earlier one that would hide it. */
    @Test
    void rule09_closingAConnectionOfThePrimaryCountsAsAWrite() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1")));
            cluster.replicas().forEach(EmbeddedNode::pauseReplay);
            Session session = routed.session();
            try (Connection connection = session.dataSource().getConnection()) {
                PGConnection raw = connection.unwrap(PGConnection.class);
                raw.getCopyAPI().copyIn("copy t from stdin", new StringReader("1\n"));
            }
            assertThat(read(session.dataSource(), "select count(*) from t").value())
                    .isEqualTo(1);
        }
    }

    @Test
    void rule09_aReadOnlyUnitOnThePrimaryIsReallyReadOnly() throws Exception {
        try (RoutedDataSource routed = open()) {
            cluster.replicas().forEach(EmbeddedNode::pauseReplay);
            execute(routed, "insert into t values (1)");
            try (Connection connection = routed.getConnection()) {
                connection.setReadOnly(true);
                assertThatThrownBy(() -> insert(connection))
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "25006");
            }
        }
    }

    @Test
    void rule09_readsOnThePrimaryDoNotKeepTheirSessionThere() throws Exception {
        try (RoutedDataSource routed = open()) {
            execute(routed, "insert into t values (1)");
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            // Without a pause: were each read on the primary a write, none would ever leave it.
            while (!isReplica(read(routed, "select count(*) from t"))) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
        }
    }

    @Test
    void rule08_aCommitWhoseAnswerIsLostKeepsItsSessionOnThePrimaryUntilItIsDecided() throws Exception {
        try (RoutedDataSource routed = open()) {
            await("a replica serves", () -> isReplica(read(routed, "select 1")));
            cluster.replicas().forEach(EmbeddedNode::pauseReplay);
            Session session = routed.session();
            try (Connection connection = session.dataSource().getConnection()) {
                connection.setAutoCommit(false);
                insert(connection);
                cluster.primary().network().halfOpen();
                assertThatThrownBy(connection::commit)
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "08006");
            }
            cluster.primary().network().heal();
            Queries.Answer answer = read(session.dataSource(), "select count(*) from t");
            assertThat(answer.value()).isEqualTo(1);
            assertThat(answer.decision().reason()).isIn(Reason.WRITE_OUTCOME_UNKNOWN, Reason.OWN_WRITE_NOT_REPLICATED);
            cluster.replicas().forEach(EmbeddedNode::resumeReplay);
            await("the outcome is decided, and replicas serve the session again", () -> {
                Queries.Answer later = read(session.dataSource(), "select count(*) from t");
                assertThat(later.value()).isEqualTo(1);
                return isReplica(later);
            });
        }
    }

    /**
     * Nothing but the open outcome keeps the session from the replicas: they follow until the statement may commit, and
     * another session, which wrote later, reads from them. The watch of the primary is held from then on, for whoever
     * sees the server process gone stamps the session, which would keep it from the replicas as well.
     */
    @Test
    void rule08_aStatementThatCommitsAfterTheClientGaveUpIsSeenAsSoonAsItIsThere() throws Exception {
        try (RoutedDataSource routed = LagAwareRouting.within(Duration.ofMinutes(1))
                        .answeringWithin(Duration.ofSeconds(30))
                        .wrap(pools.nodes());
                Connection direct = cluster.primary().connect()) {
            Queries.number(direct, "select 1 from pg_advisory_lock(8)");
            Session session = routed.session();
            try (Connection connection = session.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                assertThatThrownBy(() -> statement.execute("insert into t select 1 from pg_advisory_xact_lock(8)"))
                        .isInstanceOf(SQLException.class)
                        .hasFieldOrPropertyWithValue("SQLState", "08006");
            }
            Session later = routed.session();
            execute(later.dataSource(), "create table if not exists later ()");
            await("a replica has all that was written", () -> isReplica(read(later.dataSource(), "select 1")));
            pools.watch("db-1").questions.shut();
            pools.watch("db-1").questions.awaitHeld();
            cluster.replicas().forEach(EmbeddedNode::pauseReplay);

            Queries.number(direct, "select 1 from pg_advisory_unlock(8)");
            await("the statement has committed", () -> Queries.number(direct, "select count(*) from t") == 1);
            Queries.Answer answer = read(session.dataSource(), "select count(*) from t");
            assertThat(answer.value()).isEqualTo(1);
            assertThat(answer.decision().reason()).isEqualTo(Reason.WRITE_OUTCOME_UNKNOWN);
            assertThat(isReplica(read(later.dataSource(), "select 1")))
                    .as("the other session still reads from a replica")
                    .isTrue();

            pools.watch("db-1").questions.open();
            cluster.replicas().forEach(EmbeddedNode::resumeReplay);
            await("the outcome is decided, and replicas serve the session again", () -> {
                Queries.Answer decided = read(session.dataSource(), "select count(*) from t");
                assertThat(decided.value()).isEqualTo(1);
                return isReplica(decided);
            });
        }
    }
}
