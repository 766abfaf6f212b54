package io.dbops.routing;

import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.number;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Consistency;
import io.dbops.Node;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Metadata of a routed connection: what is asked of which node, and what that begins. */
@DbOpsCluster(replicas = 1)
class RoutedMetaDataTest {

    private final RoutedPair pair;

    RoutedMetaDataTest(EmbeddedCluster cluster) throws SQLException {
        pair = RoutedPair.over(cluster);
    }

    @AfterEach
    void close() {
        pair.close();
    }

    /** What a call comes to, as far as two drivers' answers can be compared. */
    private static String outcome(Method method, DatabaseMetaData metaData) throws Exception {
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(type -> type == int.class ? 1 : type == boolean.class ? Boolean.FALSE : null)
                .toArray();
        try {
            Object answer = method.invoke(metaData, arguments);
            if (answer instanceof ResultSet rows) {
                try (rows) {
                    int count = 0;
                    while (rows.next()) {
                        count++;
                    }
                    return count + " rows of " + rows.getMetaData().getColumnCount() + " columns";
                }
            }
            return String.valueOf(answer);
        } catch (InvocationTargetException e) {
            return e.getCause() instanceof SQLException error
                    ? "SQLException " + error.getSQLState()
                    : e.getCause().getClass().getSimpleName();
        }
    }

    private static Stream<Method> questions() {
        Set<String> others = Set.of("getConnection", "unwrap", "isWrapperFor");
        return JdbcCalls.methods(DatabaseMetaData.class).values().stream()
                .filter(method -> !others.contains(method.getName()));
    }

    @TestFactory
    Stream<DynamicTest> everyQuestionOfAReadOnlyConnectionIsAnsweredByAReplica() {
        return Stream.of(true, false)
                .flatMap(autoCommit -> questions()
                        .map(question -> DynamicTest.dynamicTest(
                                JdbcCalls.name(question) + (autoCommit ? "" : " in manual commit mode"),
                                () -> isAnsweredByAReplica(question, autoCommit))));
    }

    private void isAnsweredByAReplica(Method question, boolean autoCommit) throws Exception {
        String expected;
        try (Connection plain = pair.replica.connect()) {
            expected = outcome(question, plain.getMetaData());
        }
        pair.onReplica().close();
        try (Connection connection = pair.session.dataSource().getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(autoCommit);
            assertThat(outcome(question, connection.getMetaData()).replaceAll("\\?.*", ""))
                    .isEqualTo(expected.replaceAll("\\?.*", ""));
            assertThat(pair.connectionsInUse("db-1")).as("of the primary").isZero();
        }
    }

    /** Else it would be nobody's, and the next unit of work would see what that saw. */
    @TestFactory
    Stream<DynamicTest> noFactBeginsATransaction() {
        return questions()
                .filter(question -> question.getReturnType() != ResultSet.class)
                .map(question -> DynamicTest.dynamicTest(JdbcCalls.name(question), () -> {
                    try (Connection connection = pair.routed.getConnection()) {
                        connection.setAutoCommit(false);
                        BaseConnection physical = connection.unwrap(BaseConnection.class);
                        outcome(question, connection.getMetaData());
                        assertThat(physical.getTransactionState()).isEqualTo(TransactionState.IDLE);
                        connection.setReadOnly(true);
                    }
                }));
    }

    @Test
    void factsAreNoUnitsOfWork() throws Exception {
        var before = pair.routed.decisions();
        try (Connection connection = pair.routed.getConnection()) {
            DatabaseMetaData metaData = connection.getMetaData();
            assertThat(metaData.getDatabaseProductName()).isEqualTo("PostgreSQL");
            assertThat(metaData.getUserName()).isEqualTo(pair.replica.user());
            assertThat(metaData.getMaxColumnNameLength()).isEqualTo(63);
            assertThat(connection.getSchema()).isEqualTo("public");
            assertThat(connection.getCatalog()).isEqualTo("app");
            assertThat(connection.isValid(5)).isTrue();
        }
        assertThat(pair.routed.decisions()).isEqualTo(before);
    }

    @Test
    void askingForMetaDataTakesNoConnection() throws Exception {
        try (Connection connection = pair.routed.getConnection()) {
            DatabaseMetaData metaData = connection.getMetaData();
            assertThat(metaData.getConnection()).isSameAs(connection);
            assertThat(pair.connectionsInUse("db-1") + pair.connectionsInUse("db-2"))
                    .isZero();
        }
    }

    // ---- the session's consistency -------------------------------------------------------------------------------

    private static boolean hasTable(Connection connection, String name) throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, "public", name, null)) {
            return tables.next();
        }
    }

    private void createUnseenByReplica(String table) throws SQLException {
        pair.replica.pauseReplay();
        execute(pair.session.dataSource(), "drop table if exists " + table);
        execute(pair.session.dataSource(), "create table " + table + " (id int)");
    }

    @Test
    void theCatalogShowsWhatTheSessionCreated() throws Exception {
        pair.onReplica().close();
        createUnseenByReplica("created");
        try (Connection connection = pair.session.dataSource().getConnection()) {
            connection.setReadOnly(true);
            assertThat(hasTable(connection, "created")).isTrue();
            assertThat(node(connection)).isEqualTo("db-1");
        }
    }

    @Test
    void theCatalogShowsWhatTheSessionCreatedToAConnectionThatHasAReplica() throws Exception {
        try (Connection connection = pair.onReplica()) {
            createUnseenByReplica("created_later");
            assertThat(hasTable(connection, "created_later")).isTrue();
            assertThat(node(connection)).isEqualTo("db-1");
        }
    }

    @Test
    void aReadOfTheCatalogIsAUnitOfWork() throws Exception {
        try (Connection connection = pair.onReplica()) {
            connection.setAutoCommit(false);
            long before = units();
            assertThat(hasTable(connection, "t")).isTrue();
            assertThat(units()).isEqualTo(before + 1);
            assertThatThrownBy(() -> connection.setReadOnly(false)).hasFieldOrPropertyWithValue("SQLState", "25001");
            assertThat(hasTable(connection, "t")).isTrue();
            assertThat(units()).as("of the same").isEqualTo(before + 1);
            connection.commit();
            connection.setReadOnly(false);
        }
    }

    private long units() {
        return pair.routed.decisions().values().stream()
                .mapToLong(count -> count)
                .sum();
    }

    /** A question must not leave a snapshot behind for the unit that comes next. */
    @TestFactory
    Stream<DynamicTest> whatIsAskedBetweenUnitsLeavesNoSnapshotToTheNext() {
        return Stream.of("schema", "catalog", "name length", "valid")
                .map(question -> DynamicTest.dynamicTest(question, () -> {
                    try (Connection connection = pair.onReplica()) {
                        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
                        connection.setAutoCommit(false);
                        int before = number(connection, COUNT);
                        connection.commit();
                        ask(question, connection);
                        execute(pair.session.dataSource(), "insert into t select coalesce(max(id), 0) + 1 from t");
                        Queries.await(
                                "a replica shows it",
                                () -> Queries.read(pair.session.dataSource(), COUNT)
                                        .node()
                                        .equals("db-2"));
                        assertThat(number(connection, COUNT)).isEqualTo(before + 1);
                        assertThat(node(connection)).isEqualTo("db-2");
                        connection.rollback();
                    }
                }));
    }

    private static void ask(String question, Connection connection) throws SQLException {
        switch (question) {
            case "schema" -> connection.getSchema();
            case "catalog" -> connection.getCatalog();
            case "name length" -> connection.getMetaData().getMaxTableNameLength();
            default -> connection.isValid(5);
        }
    }

    @Test
    void metaDataOfAWriteConnectionCountsAsNoWrite() throws Exception {
        pair.onReplica().close();
        try (Connection connection = pair.session.dataSource().getConnection()) {
            assertThat(hasTable(connection, "t")).isTrue();
            assertThat(node(connection)).isEqualTo("db-1");
        }
        pair.replica.pauseReplay();
        assertThat(Queries.read(pair.session.dataSource(), COUNT).node()).isEqualTo("db-2");
    }

    // ---- who is left ---------------------------------------------------------------------------------------------

    @Test
    void metaDataOfAReadOnlyConnectionNeedsNoPrimary() throws Exception {
        pair.onReplica().close();
        pair.cluster.primary().stop();
        for (var dataSource : List.of(pair.session.dataSource(), pair.routed.dataSource(Consistency.eventual()))) {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(true);
                assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
                assertThat(connection.getSchema()).isEqualTo("public");
                assertThat(connection.isValid(5)).isTrue();
                assertThat(hasTable(connection, "t")).isTrue();
                assertThat(node(connection)).isEqualTo("db-2");
            }
        }
    }

    @Test
    void metaDataOfAReadOnlyConnectionNeedsNoReplica() throws Exception {
        try (RoutedDataSource alone = RoutedPair.LENIENT.wrap(List.of(Node.of(
                        "db-1", pair.pools.pool("db-1"), pair.cluster.primary().dataSource())));
                Connection connection = alone.getConnection()) {
            connection.setReadOnly(true);
            assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
            assertThat(connection.getSchema()).isEqualTo("public");
            assertThat(connection.isValid(5)).isTrue();
            assertThat(hasTable(connection, "t")).isTrue();
            assertThat(node(connection)).isEqualTo("db-1");
        }
    }
}
