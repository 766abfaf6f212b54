package io.dbops.test;

import static io.dbops.test.Rows.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a cluster does, with every PostgreSQL on the class path; the profile all-postgres puts 14 to 18 there. */
@ParameterizedClass
@MethodSource("clusters")
final class ClusterContractTest {
    private final EmbeddedCluster cluster;
    private final String major;

    ClusterContractTest(EmbeddedCluster cluster, String major) {
        this.cluster = cluster;
        this.major = major;
    }

    /** Each cluster is started when its turn comes, and closed by JUnit when that is over. */
    static Stream<Arguments> clusters() {
        BinaryCache cache = BinaryCache.forPrograms(Privileges.OWN);
        return PostgresBinaries.all(Platform.current(), ClassLoader.getSystemClassLoader(), cache).stream()
                .map(binaries -> Integer.toString(binaries.major()))
                .map(major -> arguments(
                        EmbeddedCluster.builder().replicas(2).binaries(major).start(), major));
    }

    @BeforeEach
    void createRows() throws SQLException {
        Rows.create(cluster.primary());
        cluster.awaitCaughtUp(PATIENCE);
    }

    /** Every test leaves a primary with two standbys that have everything. */
    @AfterEach
    void replicasCatchUp() {
        cluster.awaitCaughtUp(PATIENCE);
    }

    @Test
    void runsTheChosenVersion() {
        assertThat(cluster.serverVersion()).startsWith(major + ".");
    }

    @Test
    void writesArriveOnEveryReplica() throws SQLException {
        Rows.insert(cluster.primary(), "arrives");
        cluster.awaitCaughtUp(PATIENCE);

        assertThat(cluster.replicas()).hasSize(2).allMatch(EmbeddedNode::isReplica);
        for (EmbeddedNode replica : cluster.replicas()) {
            assertThat(Rows.count(replica, "arrives")).isOne();
        }
    }

    @Test
    void replicaRefusesWrites() {
        assertThatThrownBy(() -> Rows.insert(cluster.replicas().get(0), "refused"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
    }

    @Test
    void wrongPasswordIsRefused() {
        assertThatThrownBy(() -> DriverManager.getConnection(cluster.primary().url(), "app", "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void applicationOwnsItsDatabaseAndMonitors() throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT pg_has_role('pg_monitor', 'MEMBER'), rolsuper, datname"
                        + " FROM pg_roles JOIN pg_database ON datdba = pg_roles.oid WHERE rolname = current_user")) {
            row.next();
            assertThat(row.getBoolean(1)).isTrue();
            assertThat(row.getBoolean(2)).isFalse();
            assertThat(row.getString(3)).isEqualTo("app");
        }
    }

    @Test
    void pausedReplayHidesCommitsUntilResumed() throws SQLException {
        EmbeddedNode paused = cluster.replicas().get(0);
        EmbeddedNode other = cluster.replicas().get(1);
        paused.pauseReplay();
        Rows.insert(cluster.primary(), "paused");

        assertThat(Await.within(PATIENCE, () -> Rows.count(other, "paused") == 1))
                .isTrue();
        assertThat(Rows.count(paused, "paused")).isZero();
        assertThatThrownBy(() -> cluster.awaitCaughtUp(Duration.ofMillis(50)))
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining(paused.name());

        paused.resumeReplay();
        assertThat(Await.within(PATIENCE, () -> Rows.count(paused, "paused") == 1))
                .isTrue();
    }

    @Test
    void delayedReplayShowsCommitsLater() throws SQLException {
        EmbeddedNode late = cluster.replicas().get(0);
        EmbeddedNode prompt = cluster.replicas().get(1);
        late.delayReplay(Duration.ofMinutes(1));
        Rows.insert(cluster.primary(), "delayed");
        assertThat(Await.within(PATIENCE, () -> Rows.count(prompt, "delayed") == 1))
                .isTrue();
        assertThat(Rows.count(late, "delayed")).isZero();

        late.delayReplay(Duration.ZERO);
        assertThat(Await.within(PATIENCE, () -> Rows.count(late, "delayed") == 1))
                .isTrue();
    }

    @Test
    void idlePrimaryAtTheStartOfSegmentIsCaughtUpWith() throws SQLException {
        for (int i = 0; i < 3; i++) {
            Rows.insert(cluster.primary(), "switched");
            cluster.primary().switchWal();
            cluster.awaitCaughtUp(PATIENCE);
        }
        assertThat(Rows.count(cluster.replicas().get(0), "switched")).isEqualTo(3);
    }

    @Test
    void changesNobodyFlushedAreCaughtUpWith() throws SQLException {
        try (Connection connection = cluster.primary().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO rows (name) VALUES ('rolled back')");
            cluster.awaitCaughtUp(PATIENCE);
            connection.rollback();
        }
        cluster.awaitCaughtUp(PATIENCE);
    }

    @Test
    void othersFollowPromotedReplicaAndKilledPrimaryIsRecloned() throws SQLException {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        EmbeddedNode third = cluster.replicas().get(1);
        Rows.insert(old, "before failover");
        cluster.awaitCaughtUp(PATIENCE);
        old.kill();
        next.promote();

        assertThat(cluster.primary()).isSameAs(next);
        assertThat(next.isReplica()).isFalse();
        assertThat(cluster.replicas()).containsExactlyInAnyOrder(old, third);
        third.follow(next);
        Rows.insert(next, "after failover");
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(Rows.count(third, "after failover")).isOne();

        int port = old.port();
        old.reclone();
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(old.isReplica()).isTrue();
        assertThat(old.port()).isEqualTo(port);
        assertThat(Rows.count(old, "before failover")).isOne();
        assertThat(Rows.count(old, "after failover")).isOne();
    }

    @Test
    void stoppedPrimaryFollowsItsSuccessor() throws SQLException {
        EmbeddedNode old = cluster.primary();
        EmbeddedNode next = cluster.replicas().get(0);
        EmbeddedNode third = cluster.replicas().get(1);
        Rows.insert(old, "before switchover");
        old.stop();
        next.promote();
        third.follow(next);
        old.follow(next);
        Rows.insert(next, "after switchover");
        cluster.awaitCaughtUp(PATIENCE);

        assertThat(Rows.count(old, "before switchover")).isOne();
        assertThat(Rows.count(old, "after switchover")).isOne();
    }

    @Test
    void replicaCanFollowReplica() throws SQLException {
        EmbeddedNode middle = cluster.replicas().get(0);
        EmbeddedNode leaf = cluster.replicas().get(1);
        leaf.follow(middle);
        Rows.insert(cluster.primary(), "cascaded");
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(Rows.count(leaf, "cascaded")).isOne();
        leaf.follow(cluster.primary());
    }

    @Test
    void nodesWithHistoryOfTheirOwnAreRecloned() throws SQLException {
        EmbeddedNode stray = cluster.replicas().get(0);
        EmbeddedNode primary = cluster.primary();
        stray.promote();
        Rows.insert(stray, "stray");
        Rows.insert(primary, "lost");
        primary.reclone();
        cluster.replicas().forEach(EmbeddedNode::reclone);
        cluster.awaitCaughtUp(PATIENCE);

        assertThat(Rows.count(primary, "stray")).isOne();
        assertThat(Rows.count(primary, "lost")).isZero();
    }

    @Test
    void killedNodeStartsAgainOnItsPort() throws SQLException {
        EmbeddedNode primary = cluster.primary();
        int port = primary.port();
        Rows.insert(primary, "survives");
        List<Long> children = Signals.childrenOf(primary.pid());
        primary.kill();

        assertThat(primary.isRunning()).isFalse();
        assertThat(children).isNotEmpty().noneMatch(Signals::isAlive);
        assertThatThrownBy(primary::connect).isInstanceOf(SQLException.class);
        assertThatThrownBy(primary::switchWal)
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("start() it first");

        primary.start();
        assertThat(primary.port()).isEqualTo(port);
        assertThat(Rows.count(primary, "survives")).isOne();
    }

    @Test
    void replicaCatchesUpAfterRestart() throws SQLException {
        EmbeddedNode replica = cluster.replicas().get(1);
        replica.stop();
        replica.stop();
        Rows.insert(cluster.primary(), "while stopped");
        replica.restart();
        replica.start();
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(Rows.count(replica, "while stopped")).isOne();
    }

    @Test
    void frozenNodeAnswersAgainWhenThawed() throws SQLException {
        EmbeddedNode frozen = cluster.replicas().get(0);
        try (Connection connection = frozen.connect()) {
            frozen.freeze();
            assertThat(connection.isValid(1)).isFalse();
            assertThat(frozen.isRunning()).isTrue();
            assertThatThrownBy(frozen::pauseReplay).hasMessageContaining("thaw() it first");
        }
        frozen.thaw();
        Rows.insert(cluster.primary(), "thawed");
        cluster.awaitCaughtUp(PATIENCE);
        assertThat(Rows.count(frozen, "thawed")).isOne();
    }

    @Test
    void frozenNodeCanBeKilledAndStopped() {
        EmbeddedNode frozen = cluster.replicas().get(0);
        frozen.freeze();
        frozen.kill();
        frozen.start();
        frozen.freeze();
        frozen.stop();
        frozen.start();
        assertThat(frozen.isRunning()).isTrue();
    }

    @Test
    void superuserReachesTheApplicationsDatabase() throws SQLException {
        try (Connection connection = cluster.primary().connectAsSuperuser();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT current_database(), current_setting('data_directory')")) {
            row.next();
            assertThat(row.getString(1)).isEqualTo("app");
            assertThat(Path.of(row.getString(2))).isEqualTo(cluster.primary().dataDirectory());
        }
    }

    @Test
    void nodeWithoutProxyNamesTheBuilderLine() {
        assertThatThrownBy(() -> cluster.primary().network())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(".proxied()");
    }
}
