package io.dbops.test;

import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.dialect.Backend;
import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import io.dbops.dialect.Role;
import io.dbops.dialect.WalPosition;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the PostgreSQL dialect says of real servers, with every version on the class path. */
@ParameterizedClass
@MethodSource("clusters")
final class PostgresDialectContractTest {

    private final EmbeddedCluster cluster;
    private final EmbeddedNode primary;
    private final EmbeddedNode replica;
    private Dialect dialect;

    PostgresDialectContractTest(EmbeddedCluster cluster, String major) {
        this.cluster = cluster;
        primary = cluster.primary();
        replica = cluster.replicas().get(0);
        assertThat(cluster.serverVersion()).startsWith(major + ".");
    }

    static Stream<Arguments> clusters() {
        return ClusterContractTest.clusters();
    }

    @BeforeEach
    void learnDialect() throws SQLException {
        try (Connection connection = primary.connect()) {
            dialect = Dialect.of(connection);
        }
    }

    @AfterEach
    void replicasCatchUp() {
        replica.resumeReplay();
        cluster.awaitCaughtUp(PATIENCE);
    }

    private Observation observe(EmbeddedNode node) throws SQLException {
        try (Connection connection = node.connect()) {
            return dialect.observe(connection);
        }
    }

    private static Position position(Observation observation) {
        if (observation instanceof Observation.Primary at) {
            return at.position();
        }
        if (observation instanceof Observation.Replica at) {
            return at.position();
        }
        throw new AssertionError(observation);
    }

    private void write(String sql) throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void placesAPrimaryAndItsReplicasInOneLineage() throws SQLException {
        cluster.awaitCaughtUp(PATIENCE);
        Observation atPrimary = observe(primary);
        Observation atReplica = observe(replica);
        assertThat(atPrimary).isInstanceOf(Observation.Primary.class);
        assertThat(atReplica).isInstanceOf(Observation.Replica.class);
        assertThat(atReplica.server().systemId()).isEqualTo(atPrimary.server().systemId());
        assertThat(atReplica.server()).isNotEqualTo(atPrimary.server());
        assertThat(atReplica.server().port()).isEqualTo(replica.port());
        assertThat(position(atReplica)).isInstanceOfSatisfying(WalPosition.class, wal -> {
            assertThat(wal.timeline()).isEqualTo(((WalPosition) position(atPrimary)).timeline());
            assertThat(wal.systemId())
                    .isEqualTo(Long.parseLong(atPrimary.server().systemId()));
        });
    }

    @Test
    void aCaughtUpReplicaCoversAnIdlePrimaryAndOneBehindDoesNot() throws SQLException {
        write("create table if not exists covered ()");
        cluster.awaitCaughtUp(PATIENCE);
        Position before = position(observe(primary));
        assertThat(position(observe(replica)).covers(before)).isTrue();
        replica.pauseReplay();
        write("drop table covered");
        assertThat(position(observe(replica)).covers(position(observe(primary))))
                .isFalse();
    }

    @Test
    void rule02_aReplicaCoversAnIdlePrimaryAfterAWalSwitch() throws SQLException {
        write("create table if not exists switched ()");
        primary.switchWal();
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(position(observe(replica)).covers(position(observe(primary))))
                .isTrue();
    }

    @Test
    void rule02_logThatNobodyCommitsIsWrittenOutOnRequest() throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("begin");
            statement.execute("select pg_logical_emit_message(false, 'dbops test', 'left in memory')");
            statement.execute("rollback");
            assertThat(dialect.observe(connection))
                    .isInstanceOfSatisfying(
                            Observation.Primary.class,
                            at -> assertThat(at.isWrittenOut()).isFalse());
            dialect.writeOutLog(connection);
            assertThat(dialect.observe(connection))
                    .isInstanceOfSatisfying(
                            Observation.Primary.class,
                            at -> assertThat(at.isWrittenOut()).isTrue());
        }
    }

    @Test
    void withoutThePrivilegeAReplicaCannotBePlacedAndTheGrantIsNamed() throws SQLException {
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute("drop role if exists nobody_special");
            statement.execute("create role nobody_special login password 'x'");
        }
        cluster.awaitCaughtUp(PATIENCE);
        try (Connection connection = DriverManager.getConnection(replica.url(), "nobody_special", "x")) {
            assertThat(dialect.observe(connection)).isInstanceOfSatisfying(Observation.Unplaced.class, unplaced -> {
                assertThat(unplaced.role()).isEqualTo(Role.REPLICA);
                assertThat(unplaced.reason()).endsWith("GRANT pg_monitor TO nobody_special");
            });
        }
        try (Connection connection = DriverManager.getConnection(primary.url(), "nobody_special", "x")) {
            assertThat(dialect.observe(connection))
                    .as("a primary can be placed by anybody")
                    .isInstanceOf(Observation.Primary.class);
        }
    }

    @Test
    void tellsABackendThatIsThereFromOneThatIsGone() throws SQLException {
        try (Connection watcher = primary.connect()) {
            Backend backend;
            try (Connection watched = primary.connect()) {
                backend = dialect.identify(watched);
                assertThat(backend.server()).isEqualTo(dialect.observe(watcher).server());
                assertThat(dialect.isGone(watcher, backend)).isFalse();
                assertThat(dialect.isGone(watcher, new Backend(backend.server(), backend.pid(), "1")))
                        .as("a later process with the same number is another one")
                        .isTrue();
            }
            assertThat(Await.within(PATIENCE, () -> dialect.isGone(watcher, backend)))
                    .isTrue();
        }
    }

    @Test
    void realErrorsAreClassified() {
        assertThatThrownBy(() -> {
                    try (Connection connection = replica.connect();
                            Statement statement = connection.createStatement()) {
                        statement.execute("create table t ()");
                    }
                })
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(dialect.classify(e)).isEqualTo(ErrorClass.READ_ONLY));
        assertThatThrownBy(() -> DriverManager.getConnection(primary.url(), "app", "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(dialect.classify(e)).isEqualTo(ErrorClass.CREDENTIALS_REFUSED));
        assertThatThrownBy(() -> {
                    try (Connection connection = primary.connect();
                            Statement statement = connection.createStatement()) {
                        statement.execute("select pg_terminate_backend(pg_backend_pid())");
                    }
                })
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(dialect.classify(e)).isEqualTo(ErrorClass.CONNECTION_LOST));
    }
}
