package io.dbops.retry;

import static io.dbops.retry.CommitMarkersRulesTest.unknown;
import static io.dbops.retry.LostCommit.LONG;
import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.CommitOutcome.Committed;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of the markers: who makes it, where it is, how it is kept small, and what is said if it is not there. */
@DbOpsCluster(replicas = 0)
class CommitMarkersTableTest {

    private static final Duration HOUR = Duration.ofHours(1);
    private static final CommitMarkers MARKERS = CommitMarkers.standard();

    private final EmbeddedNode primary;

    CommitMarkersTableTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    @BeforeEach
    void createTables() throws SQLException {
        asSuperuser(
                primary,
                "grant create on schema public to app",
                "drop table if exists t, dbops_tx",
                "create schema if not exists \"order\" authorization app");
        asApplication(primary, "create table t (n int)");
    }

    @Test
    void withoutItAUnitFailsBeforeItsCommitAndSaysWhatToDo() throws Exception {
        try (Connection connection = primary.connect()) {
            connection.setAutoCommit(false);

            assertThatThrownBy(() -> MARKERS.claim(connection))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42P01"))
                    .hasMessageContainingAll(
                            "\"public\".\"dbops_tx\"", "CommitMarkers.create(dataSource)", "CommitMarkers.ddl()")
                    .hasCauseInstanceOf(SQLException.class);
        }
    }

    @Test
    void withoutPrivilegesOnItTheGrantIsNamed() throws Exception {
        asSuperuser(primary, MARKERS.ddl());
        try (Connection connection = primary.connect()) {
            connection.setAutoCommit(false);

            assertThatThrownBy(() -> MARKERS.claim(connection))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"))
                    .hasMessageContaining("GRANT INSERT, SELECT, DELETE ON \"public\".\"dbops_tx\" TO app");
        }
    }

    @Test
    void insertAndSelectAreEnough() throws Exception {
        asSuperuser(primary, MARKERS.ddl(), "grant insert, select on dbops_tx to app");
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.finish("commit");

            assertThat(lost.resolve()).isInstanceOf(Committed.class);
        }
    }

    @Test
    void isCreatedOnceByAll() throws Exception {
        CompletableFuture.allOf(Stream.generate(() -> CompletableFuture.runAsync(this::create))
                        .limit(4)
                        .toArray(CompletableFuture[]::new))
                .join();

        create();
        assertThat(count("select count(*) from dbops_tx")).isZero();
    }

    private void create() {
        try {
            MARKERS.create(primary.dataSource());
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    @Test
    void thatExistsIsLeftAloneByARoleThatMayNotCreateIt() throws Exception {
        asSuperuser(primary, MARKERS.ddl(), "revoke create on schema public from app");

        MARKERS.create(primary.dataSource());
    }

    @Test
    void mayBeInAnotherSchemaUnderAnotherName() throws Exception {
        CommitMarkers elsewhere = MARKERS.schema("order").table("user");
        elsewhere.create(primary.dataSource());
        try (var lost = new LostCommit(primary, elsewhere)) {
            lost.finish("commit");

            assertThat(lost.resolve()).isInstanceOf(Committed.class);
            assertThat(count("select count(*) from \"order\".\"user\"")).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Orders", "a b", "1a", "a\"b", "a.b", "a;drop table t"})
    void hasANameThatIsOne(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MARKERS.table(name))
                .withMessageStartingWith("table (\"" + name + "\"): must be");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MARKERS.schema(name))
                .withMessageStartingWith("schema (\"" + name + "\"): must be");
    }

    @Test
    void isNotTheOneThatTheSearchPathFinds() throws Exception {
        MARKERS.create(primary.dataSource());
        asApplication(primary, "create table if not exists \"order\".dbops_tx (like public.dbops_tx including all)");
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.finish("commit");

            assertThat(lost.resolve(
                            Leading.to(() -> {
                                Connection connection = primary.connect();
                                connection.setSchema("order");
                                return connection;
                            }),
                            LONG))
                    .isInstanceOf(Committed.class);
        }
    }

    @Test
    void thatWasMadeAnewDecidesNothing() throws Exception {
        MARKERS.create(primary.dataSource());
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.finish("commit");
            asApplication(primary, "drop table dbops_tx");
            MARKERS.create(primary.dataSource());

            assertThat(unknown(lost.resolve(primary.dataSource(), LostCommit.SHORT)))
                    .contains("is not the table that the marker was written to");
        }
    }

    @Test
    void isPrunedByAge() throws Exception {
        MARKERS.create(primary.dataSource());
        asApplication(primary, """
                insert into dbops_tx (id, outcome, created)
                select gen_random_uuid(), 'committed', clock_timestamp() - i * interval '10 seconds'
                from generate_series(1, 30000) as i""");

        assertThat(MARKERS.prune(primary.dataSource(), HOUR)).isBetween(29_640, 29_641);
        assertThat(MARKERS.prune(primary.dataSource(), HOUR)).isLessThanOrEqualTo(1);
        assertThat(count("select count(*) from dbops_tx")).isBetween(358, 360);
    }

    /** Its transaction may have begun long before. */
    @Test
    void countsTheAgeOfAMarkerFromItsInsertion() throws Exception {
        MARKERS.create(primary.dataSource());
        try (Connection connection = primary.connect()) {
            connection.setAutoCommit(false);
            LostCommit.number(connection, "select 1");
            MARKERS.claim(connection);

            assertThat(LostCommit.number(connection, "select count(*) from dbops_tx where created > now()"))
                    .isEqualTo(1);
        }
    }

    @Test
    void isNotPrunedOfWhatMayStillBeLookedUp() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MARKERS.prune(primary.dataSource(), Duration.ofMinutes(59)))
                .withMessageStartingWith("olderThan (PT59M): must be at least PT1H")
                .withMessageContaining("PT30M");
    }

    @Test
    void whoseMarkerMayHaveBeenPrunedDecidesNothing() throws Exception {
        MARKERS.create(primary.dataSource());
        Marker marker;
        try (Connection connection = primary.connect()) {
            marker =
                    PostgresMarkers.INSTANCE.mark(connection, new MarkerTable("public", "dbops_tx"), UUID.randomUUID());
        }
        asApplication(primary, "delete from dbops_tx");
        Origin origin = marker.origin();
        var old = new Marker(
                marker.id(),
                marker.table(),
                new Origin(
                        origin.systemId(),
                        origin.timeline(),
                        origin.pid(),
                        origin.number(),
                        new BigDecimal(origin.at())
                                .subtract(BigDecimal.valueOf(1801))
                                .toString()));

        try (Connection connection = primary.connect()) {
            Tombstone tombstone = PostgresMarkers.INSTANCE.bury(
                    connection, new MarkerTable("public", "dbops_tx"), old, Duration.ofSeconds(1));
            assertThat(tombstone.state()).isEqualTo(Tombstone.State.TOO_LATE);
            assertThat(tombstone.why()).contains("pruned");
        }
        assertThat(count("select count(*) from dbops_tx")).as("tombstones").isZero();
    }

    private int count(String sql) throws SQLException {
        try (Connection connection = primary.connect()) {
            return LostCommit.number(connection, sql);
        }
    }
}
