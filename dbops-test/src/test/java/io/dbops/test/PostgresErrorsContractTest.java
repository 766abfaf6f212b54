package io.dbops.test;

import static io.dbops.test.Provocation.execute;
import static io.dbops.test.Provocation.thrownBy;
import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dbops.dialect.Diagnosis;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.ErrorTable;
import io.dbops.dialect.Phase;
import io.dbops.dialect.Recovery;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Has real servers, and pgJDBC, raise the errors of the table, with every version on the class path.
 *
 * <p>What cannot be raised, and why, is {@link #NOT_RAISED}. Of those rows a server is asked to send the state
 * ({@code RAISE ... USING ERRCODE}), which shows that it arrives, and not that the server would mean it.
 */
@ParameterizedClass
@MethodSource("clusters")
final class PostgresErrorsContractTest {

    /** The rows of the table for which there is no provocation, as the page shows them. */
    private static final Map<String, String> NOT_RAISED = new TreeMap<>(Map.ofEntries(
            Map.entry("03*", "of embedded SQL; no statement is known that gets it"),
            Map.entry("08007", "neither the server nor pgJDBC uses it; dbops does"),
            Map.entry("09*", "no statement is known that gets it"),
            Map.entry("0B*", "no statement is known that gets it"),
            Map.entry("0F*", "no statement is known that gets it"),
            Map.entry("0P*", "no statement is known that gets it"),
            Map.entry("10*", "needs a server that was built with libxml"),
            Map.entry("38*", "it is up to routines in other languages"),
            Map.entry("40*", "no statement is known that gets others than 40001 and 40P01"),
            Map.entry("40003", "not of PostgreSQL itself, but of others who speak its protocol"),
            Map.entry("57P02", "the server sends it as a warning and cuts the connection: 08006"),
            Map.entry("60*", "pgJDBC has it in its list only"),
            Map.entry("72*", "old_snapshot_threshold is gone since 17, and took minutes before"),
            Map.entry("99*", "pgJDBC says it of faults of its own"),
            Map.entry("F0*", "a configuration file cannot be broken for a session only"),
            Map.entry("HV*", "the embedded servers come without foreign data wrappers"),
            Map.entry("XX*", "it would take a fault of the server")));

    private final EmbeddedCluster cluster;
    private final int major;
    private final ErrorTable table = ErrorTable.ofUrl("jdbc:postgresql:app");

    PostgresErrorsContractTest(EmbeddedCluster cluster, int major) {
        this.cluster = cluster;
        this.major = major;
    }

    static Stream<Arguments> clusters() {
        BinaryCache cache = BinaryCache.forPrograms(Privileges.OWN);
        return PostgresBinaries.all(Platform.current(), ClassLoader.getSystemClassLoader(), cache).stream()
                .map(binaries -> arguments(
                        EmbeddedCluster.builder()
                                .replicas(1)
                                .proxied()
                                .setting("deadlock_timeout", "20ms")
                                .setting("max_standby_streaming_delay", "0")
                                .setting("hot_standby_feedback", "off")
                                .binaries(Integer.toString(binaries.major()))
                                .start(),
                        binaries.major()));
    }

    static Stream<Provocation> provocations() {
        return Stream.of(Refusals.ALL, Encounters.ALL, Outages.ALL).flatMap(List::stream);
    }

    static Stream<String> notRaised() {
        return NOT_RAISED.keySet().stream();
    }

    @BeforeEach
    void isWhole() {
        cluster.awaitCaughtUp(PATIENCE);
    }

    @AfterEach
    void heals() {
        cluster.nodes().forEach(node -> node.network().heal());
    }

    @ParameterizedTest
    @MethodSource("provocations")
    void whatAServerRaisesIsWhatTheTableSays(Provocation provocation) {
        if (major < provocation.since()) {
            assertThatThrownBy(() -> provocation.act().on(cluster)).hasMessageContaining("unrecognized");
            return;
        }
        assertThatThrownBy(() -> provocation.act().on(cluster)).isInstanceOfSatisfying(SQLException.class, error -> {
            assertThat(error.getSQLState()).as(error.toString()).isEqualTo(provocation.state());
            ErrorClass errorClass = provocation.errorClass();
            assertThat(table.classify(error)).isEqualTo(errorClass);
            if (errorClass != ErrorClass.TRANSACTION_ABORTED) {
                assertThat(table.diagnose(new IllegalStateException(error), provocation.phase()))
                        .isEqualTo(
                                new Diagnosis(error, errorClass, ErrorTable.recovery(errorClass, provocation.phase())));
            }
        });
    }

    @ParameterizedTest
    @MethodSource("notRaised")
    void whatNoServerRaisesArrivesAsTheTableSays(String row) throws IOException, SQLException {
        String state = row.replace("*", "000");
        String expected = page().get(row);
        try (Connection connection = cluster.primary().connect()) {
            assertThat(ErrorTable.of(connection)).isSameAs(table);
            assertThatThrownBy(
                            () -> execute(connection, "do $$ begin raise 'x' using errcode = '" + state + "'; end $$"))
                    .isInstanceOfSatisfying(SQLException.class, error -> {
                        assertThat(error.getSQLState()).isEqualTo(state);
                        assertThat(table.classify(error).name()).isEqualTo(expected);
                    });
        }
    }

    @Test
    void everyRowIsRaisedOrSaidNotToBe() throws IOException {
        Map<String, String> rows = page();
        var raised = new TreeSet<String>();
        provocations().forEach(provocation -> raised.add(rowOf(provocation, rows)));
        System.Logger log = System.getLogger(PostgresErrorsContractTest.class.getName());
        log.log(System.Logger.Level.INFO, "{0} rows are raised: {1}", raised.size(), raised);
        log.log(System.Logger.Level.INFO, "{0} rows are not: {1}", NOT_RAISED.size(), NOT_RAISED);
        assertThat(raised).doesNotContainAnyElementsOf(NOT_RAISED.keySet());
        raised.addAll(NOT_RAISED.keySet());
        assertThat(raised).isEqualTo(new TreeSet<>(rows.keySet()));
    }

    private static String rowOf(Provocation provocation, Map<String, String> rows) {
        String state = provocation.state();
        boolean byMessage = (provocation.errorClass() == ErrorClass.STALE_PLAN && state.equals("0A000"))
                || (provocation.errorClass() == ErrorClass.READ_ONLY && state.equals("55000"));
        return byMessage ? state + " +" : rows.containsKey(state) ? state : state.substring(0, 2) + "*";
    }

    /** The rows of the page, each with its class; a plus for one that has a message. */
    private static Map<String, String> page() throws IOException {
        String page = Files.readString(Path.of("../docs/errors.md"));
        String table = page.substring(page.indexOf("<!-- postgresql -->"), page.indexOf("## MySQL"));
        var rows = new TreeMap<String, String>();
        Pattern.compile("^\\| (\\S{5}|\\S{2}\\*)( \".*\")? \\| `(\\w+)` ", Pattern.MULTILINE)
                .matcher(table)
                .results()
                .forEach(row -> rows.put(row.group(1) + (row.group(2) == null ? "" : " +"), row.group(3)));
        return rows;
    }

    @Test
    void anAbortedTransactionIsDiagnosedByWhatAbortedIt() throws SQLException {
        try (Connection connection = cluster.primary().connect()) {
            connection.setAutoCommit(false);
            SQLException first = thrownBy(() -> execute(connection, "select 1 / 0"));
            SQLException second = thrownBy(() -> execute(connection, "select 1"));
            Diagnosis diagnosis = table.diagnose(second, Phase.WORK);
            assertThat(diagnosis.errorClass()).isEqualTo(ErrorClass.STATEMENT);
            assertThat(diagnosis)
                    .extracting(found ->
                            found.error() == null ? null : found.error().getSQLState())
                    .isEqualTo(first.getSQLState());
        }
    }

    /** A definite refusal of a commit has left nothing. */
    @Test
    void whatIsRefusedAtCommitIsNotThere() throws SQLException {
        List<Provocation> refusals = Refusals.ALL.stream()
                .filter(provocation -> provocation.phase() == Phase.COMMIT)
                .toList();
        assertThat(refusals).hasSizeGreaterThan(3);
        for (Provocation refusal : refusals) {
            assertThatThrownBy(() -> refusal.act().on(cluster)).isInstanceOf(SQLException.class);
            try (Connection connection = cluster.primary().connect();
                    Statement statement = connection.createStatement();
                    var row = statement.executeQuery("select to_regclass('refused') is null")) {
                row.next();
                assertThat(row.getBoolean(1)).as(refusal.toString()).isTrue();
            }
        }
    }

    /** The driver asks for answers now and then, and what was answered until then is committed. */
    @Test
    void aBatchInAutocommitModeIsCommittedInPart() throws SQLException {
        Rows.execute(cluster.primary(), "drop table if exists batched; create table batched (n int primary key)");
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; i < 3_000; i++) {
                statement.addBatch("insert into batched values (" + i + ")");
            }
            statement.addBatch("insert into batched values (0)");
            SQLException error = thrownBy(statement::executeBatch);
            assertThat(error.getSQLState()).isEqualTo("23505");
            try (var row = statement.executeQuery("select count(*) from batched")) {
                row.next();
                assertThat(row.getInt(1)).isPositive();
            }
            assertThat(table.diagnose(error, Phase.AUTOCOMMIT).recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
        }
    }
}
