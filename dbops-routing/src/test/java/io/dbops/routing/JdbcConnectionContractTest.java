package io.dbops.routing;

import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.routing.JdbcCalls.Named;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each method of {@link Connection} does on a routed connection what it does on one of pgJDBC, at each stage of its life.
 * What is different is listed, with the reason.
 */
@DbOpsCluster(replicas = 1)
class JdbcConnectionContractTest {

    /** What may be called on a closed connection, and what comes of it. */
    private static final Map<String, String> AFTER_CLOSE = Map.ofEntries(
            Map.entry("close()", "done"),
            Map.entry("close() with twice", "done"),
            Map.entry("isClosed()", "true"),
            Map.entry("isValid(int)", "false"),
            Map.entry("isValid(int) with -1", "SQLException 22023"),
            Map.entry("abort(Executor)", "true"),
            Map.entry("abort(Executor) with no executor", "SQLException null"),
            // JDBC's own default methods, which a driver without sharding keeps.
            Map.entry("beginRequest()", "done"),
            Map.entry("endRequest()", "done"),
            Map.entry("setShardingKey(ShardingKey)", "SQLFeatureNotSupportedException null"),
            Map.entry("setShardingKey(ShardingKey, ShardingKey)", "SQLFeatureNotSupportedException null"),
            Map.entry("setShardingKeyIfValid(ShardingKey, int)", "SQLFeatureNotSupportedException null"),
            Map.entry("setShardingKeyIfValid(ShardingKey, ShardingKey, int)", "SQLFeatureNotSupportedException null"),
            // It may throw nothing else.
            Map.entry("setClientInfo(String, String)", "SQLClientInfoException 08003"),
            Map.entry("setClientInfo(String, String) with no value", "SQLClientInfoException 08003"),
            Map.entry("setClientInfo(String, String) with an unknown name", "SQLClientInfoException 08003"),
            Map.entry("setClientInfo(Properties)", "SQLClientInfoException 08003"),
            Map.entry("setClientInfo(Properties) with nothing in it", "SQLClientInfoException 08003"));

    /** Calls that come to something else than with pgJDBC, and to what. */
    private static final Map<String, String> DIFFERENT = Map.of(
            // What changes nothing is not refused: whoever repeats a declaration makes no mistake.
            "INSIDE_A_READ_ONLY_TRANSACTION: setReadOnly(boolean) with true", "done");

    private enum Stage {
        BEFORE_THE_FIRST_STATEMENT,
        BEFORE_THE_FIRST_TRANSACTION,
        READ_ONLY,
        INSIDE_A_TRANSACTION,
        INSIDE_A_READ_ONLY_TRANSACTION,
        AFTER_A_COMMIT;

        boolean readOnly() {
            return this == READ_ONLY || this == INSIDE_A_READ_ONLY_TRANSACTION;
        }

        void reach(Connection connection) throws SQLException {
            if (readOnly()) {
                connection.setReadOnly(true);
            }
            if (this != BEFORE_THE_FIRST_STATEMENT && this != READ_ONLY) {
                connection.setAutoCommit(false);
            }
            if (this == INSIDE_A_TRANSACTION || this == AFTER_A_COMMIT || this == INSIDE_A_READ_ONLY_TRANSACTION) {
                number(connection, "select 1");
            }
            if (this == AFTER_A_COMMIT) {
                connection.commit();
            }
        }
    }

    private final RoutedPair pair;

    JdbcConnectionContractTest(EmbeddedCluster cluster) throws SQLException {
        // HikariCP takes a schema back only if it knows the one to go back to.
        pair = RoutedPair.over(cluster, RoutedPair.LENIENT, config -> config.setSchema("public"));
    }

    @AfterEach
    void close() {
        pair.close();
    }

    @TestFactory
    Stream<DynamicTest> everyMethodIsCalled() {
        Set<String> called = JdbcCalls.ALL.stream().map(Named::method).collect(Collectors.toSet());
        return JdbcCalls.methods(Connection.class).keySet().stream()
                .map(method ->
                        DynamicTest.dynamicTest(method, () -> assertThat(called).contains(method)));
    }

    @TestFactory
    Stream<DynamicTest> everyMethodDoesWhatTheDriverDoes() {
        return Stream.of(Stage.values())
                .flatMap(stage -> JdbcCalls.ALL.stream()
                        .map(call -> DynamicTest.dynamicTest(
                                stage + ": " + call, () -> doesWhatTheDriverDoes(stage, call))));
    }

    private void doesWhatTheDriverDoes(Stage stage, Named call) throws Exception {
        String expected = DIFFERENT.get(stage + ": " + call);
        if (expected == null) {
            try (Connection plain = (stage.readOnly() ? pair.replica : pair.cluster.primary()).connect()) {
                stage.reach(plain);
                expected = JdbcCalls.outcome(call.call(), plain);
            }
        }
        if (stage.readOnly()) {
            pair.onReplica().close();
        }
        try (Connection routed = pair.session.dataSource().getConnection()) {
            stage.reach(routed);
            assertThat(JdbcCalls.outcome(call.call(), routed)).isEqualTo(expected);
            takeBackWhatThePoolDoesNot(call, routed);
            if (stage.readOnly()) {
                assertThat(pair.connectionsInUse("db-1")).as("of the primary").isZero();
            }
        }
        assertThat(pair.connectionsInUse("db-1")).as("given back").isZero();
        assertThat(pair.connectionsInUse("db-2")).as("given back").isZero();
    }

    /** HikariCP hands these on to whoever has the connection next. */
    private static void takeBackWhatThePoolDoesNot(Named call, Connection connection) throws SQLException {
        String method = call.method();
        if (method.startsWith("setClientInfo")) {
            connection.setClientInfo("ApplicationName", "PostgreSQL JDBC Driver");
        } else if (method.contains("etHoldability")) {
            connection.setHoldability(ResultSet.CLOSE_CURSORS_AT_COMMIT);
        } else if (method.contains("etTypeMap")) {
            connection.setTypeMap(Map.of());
        }
    }

    @TestFactory
    Stream<DynamicTest> everyMethodFailsAfterCloseUnlessItMayBeCalledThen() {
        return JdbcCalls.ALL.stream()
                .map(call -> DynamicTest.dynamicTest(call.toString(), () -> {
                    Connection connection = pair.routed.getConnection();
                    number(connection, "select 1");
                    connection.close();
                    assertThat(JdbcCalls.outcome(call.call(), connection))
                            .isEqualTo(AFTER_CLOSE.getOrDefault(call.toString(), "SQLException 08003"));
                    assertThat(pair.connectionsInUse("db-1")).isZero();
                }));
    }

    // ---- what takes no connection --------------------------------------------------------------------------------

    @Test
    void whatWasSetIsToldWithoutAPhysicalConnection() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            connection.setNetworkTimeout(null, 4_321);
            connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            connection.setTypeMap(Map.of("x", String.class));
            assertThat(connection.getNetworkTimeout()).isEqualTo(4_321);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
            assertThat(connection.getHoldability()).isEqualTo(ResultSet.HOLD_CURSORS_OVER_COMMIT);
            assertThat(connection.getTypeMap()).containsKey("x");
            assertThat(pair.connectionsInUse("db-1")).isZero();
            number(connection, "select 1");
            assertThat(connection.getNetworkTimeout()).isEqualTo(4_321);
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_SERIALIZABLE);
        }
    }

    // ---- settings over nodes and transactions --------------------------------------------------------------------

    @Test
    void settingsReachTheNextNodeAsTheyWereMade() throws Exception {
        pair.onReplica().close();
        try (Connection connection = pair.session.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setNetworkTimeout(null, 12_345);
            connection.setClientInfo("ApplicationName", "before");
            assertThat(number(connection, "select 1")).isEqualTo(1);
            connection.setClientInfo("ApplicationName", null);
            pair.writeUnseenByReplica();
            assertThat(number(connection, "select count(*) from t")).isEqualTo(1);
            assertThat(node(connection)).isEqualTo("db-1");
            assertThat(connection.getNetworkTimeout()).isEqualTo(12_345);
            assertThat(connection.getClientInfo("ApplicationName")).isEmpty();
        }
    }

    @Test
    void aSettingMadeOutsideATransactionIsNotTakenBackWithTheNext() throws Exception {
        String inPgCatalog = "select (current_schema() = 'pg_catalog')::int";
        try (Connection connection = pair.onReplica()) {
            connection.setAutoCommit(false);
            connection.setSchema("pg_catalog");
            number(connection, "select 1");
            connection.rollback();
            // Asked of the server: HikariCP answers getSchema() with what was set last.
            assertThat(number(connection, inPgCatalog)).isEqualTo(1);
            connection.rollback();
            connection.setReadOnly(false);
            assertThat(number(connection, inPgCatalog)).as("on the primary").isEqualTo(1);
        }
    }

    @Test
    void theNetworkTimeoutHoldsFromTheFirstStatementOn() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            connection.setNetworkTimeout(Runnable::run, 300);
            assertThatThrownBy(() -> number(connection, "select 1 from pg_sleep(60)"))
                    .isInstanceOf(SQLException.class)
                    .hasFieldOrPropertyWithValue("SQLState", "08006");
        }
    }

    // ---- savepoints ----------------------------------------------------------------------------------------------

    /** Drivers number savepoints by physical connection: both are the first one. */
    @Test
    void aSavepointOfAnotherNodeIsRefusedAndHarmsNothing() throws Exception {
        try (Connection connection = pair.onReplica()) {
            connection.setAutoCommit(false);
            var onReplica = connection.setSavepoint();
            connection.commit();
            pair.writeUnseenByReplica();
            var onPrimary = connection.setSavepoint();
            assertThat(node(connection)).isEqualTo("db-1");
            assertThat(onReplica.getSavepointId()).isEqualTo(onPrimary.getSavepointId());
            assertThatThrownBy(() -> connection.rollback(onReplica)).hasFieldOrPropertyWithValue("SQLState", "3B001");
            assertThatThrownBy(() -> connection.releaseSavepoint(onReplica))
                    .hasFieldOrPropertyWithValue("SQLState", "3B001");
            connection.releaseSavepoint(onPrimary);
            connection.commit();
        }
    }

    @Test
    void aSavepointThatIsNoneOfOursIsRefused() throws Exception {
        try (Connection connection = pair.routed.getConnection();
                Connection plain = pair.cluster.primary().connect()) {
            plain.setAutoCommit(false);
            connection.setAutoCommit(false);
            connection.setSavepoint();
            var foreign = plain.setSavepoint();
            assertThatThrownBy(() -> connection.rollback(foreign)).hasFieldOrPropertyWithValue("SQLState", "3B001");
            assertThatThrownBy(() -> connection.rollback(null)).hasFieldOrPropertyWithValue("SQLState", "3B001");
        }
    }

    // ---- abort ---------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> abortEndsAStatementThatRunsInAnotherThread() {
        return Stream.of(true, false)
                .flatMap(autoCommit -> Stream.of("at once", "in a thread", "never")
                        .map(when -> DynamicTest.dynamicTest(
                                (autoCommit ? "autocommit" : "transaction") + ", executor runs it " + when,
                                () -> abortsARunningStatement(autoCommit, when))));
    }

    private void abortsARunningStatement(boolean autoCommit, String when) throws Exception {
        Connection connection = pair.routed.getConnection();
        connection.setAutoCommit(autoCommit);
        number(connection, "select 1");
        var failure = new CompletableFuture<SQLException>();
        var runner = new Thread(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_sleep(60)");
                failure.completeExceptionally(new AssertionError("it ended"));
            } catch (SQLException e) {
                failure.complete(e);
            }
        });
        runner.start();
        Queries.await("it runs", this::sleeps);
        connection.abort(
                switch (when) {
                    case "at once" -> Runnable::run;
                    case "in a thread" -> task -> new Thread(task).start();
                    default -> task -> {};
                });
        assertThat(failure.get(5, TimeUnit.SECONDS).getSQLState()).startsWith("08");
        runner.join(Duration.ofSeconds(5).toMillis());
        assertThat(connection.isClosed()).isTrue();
        assertThat(pair.connectionsInUse("db-1")).isZero();
        assertThat(Queries.read(pair.routed, "select 1").value()).isEqualTo(1);
        endSleepers();
    }

    private boolean sleeps() throws SQLException {
        try (Connection connection = pair.cluster.primary().connect()) {
            return number(
                            connection,
                            "select count(*) from pg_stat_activity where query = 'select pg_sleep(60)'"
                                    + " and state = 'active'")
                    > 0;
        }
    }

    /** A server notices that its client is gone when it has something to say. */
    private void endSleepers() throws Exception {
        try (Connection connection = pair.cluster.primary().connectAsSuperuser()) {
            number(
                    connection,
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                            + " where query = 'select pg_sleep(60)'");
        }
        Queries.await("nobody sleeps", () -> !sleeps());
    }

    // ---- validity ------------------------------------------------------------------------------------------------

    @Test
    void aReadOnlyConnectionBecomesValidAgainAfterItsReplicaHasDied() throws Exception {
        try (Connection connection = pair.onReplica()) {
            pair.replica.kill();
            Queries.await("valid again", () -> connection.isValid(5));
            assertThat(number(connection, "select 1")).isEqualTo(1);
        }
    }

    @Test
    void clientInfoOfALostConnectionFailsAsClientInfoDoes() throws Exception {
        Connection connection = pair.onReplica();
        pair.replica.kill();
        assertThatThrownBy(() -> connection.setClientInfo("ApplicationName", "x"))
                .isInstanceOf(SQLClientInfoException.class);
        connection.abort(Runnable::run);
    }

    // ---- statements ----------------------------------------------------------------------------------------------

    @Test
    void statementsQuoteAsTheDriverDoes() throws Exception {
        try (Connection connection = pair.onReplica();
                Statement routed = connection.createStatement();
                Connection plain = pair.replica.connect();
                Statement own = plain.createStatement()) {
            for (String word : new String[] {"simple", "Mixed", "se\"lect", "it's", ""}) {
                assertThat(JdbcCalls.outcome(c -> routed.enquoteLiteral(word), connection))
                        .isEqualTo(JdbcCalls.outcome(c -> own.enquoteLiteral(word), plain));
                assertThat(JdbcCalls.outcome(c -> routed.enquoteNCharLiteral(word), connection))
                        .isEqualTo(JdbcCalls.outcome(c -> own.enquoteNCharLiteral(word), plain));
                assertThat(JdbcCalls.outcome(c -> routed.enquoteIdentifier(word, false), connection))
                        .isEqualTo(JdbcCalls.outcome(c -> own.enquoteIdentifier(word, false), plain));
                assertThat(JdbcCalls.outcome(c -> routed.isSimpleIdentifier(word), connection))
                        .isEqualTo(JdbcCalls.outcome(c -> own.isSimpleIdentifier(word), plain));
            }
        }
    }
}
