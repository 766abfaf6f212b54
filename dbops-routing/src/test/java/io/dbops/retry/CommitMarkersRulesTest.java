package io.dbops.retry;

import static io.dbops.retry.LostCommit.LONG;
import static io.dbops.retry.LostCommit.SHORT;
import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.dialect.Phase;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import io.dbops.time.SystemClock;
import io.dbops.tx.Attempt;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcome.Committed;
import io.dbops.tx.CommitOutcome.RolledBack;
import io.dbops.tx.CommitOutcome.Unknown;
import io.dbops.tx.Unit;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A lookup by markers tells what became of a transaction, and the transaction cannot say otherwise afterwards. */
@DbOpsCluster(replicas = 0, settings = "max_prepared_transactions=10")
class CommitMarkersRulesTest {

    private static final CommitMarkers MARKERS = CommitMarkers.standard();

    private final EmbeddedNode primary;

    CommitMarkersRulesTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    @BeforeEach
    void createTables() throws SQLException {
        asSuperuser(primary, "grant create on schema public to app");
        asApplication(primary, "create table if not exists t (n int)");
        MARKERS.create(primary.dataSource());
    }

    @Test
    void rule30_aCommitWhoseAnswerWasLostIsFoundCommitted() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.loseAnswer();

            assertThat(lost.resolve()).isInstanceOf(Committed.class);
            assertThat(lost.rows(primary)).isEqualTo(1);
        }
    }

    @Test
    void rule30_aCommitThatArrivesAfterTheLookupCommitsNothing() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.loseRequest();
            assertThat(lost.doing()).isEqualTo("ClientRead");

            CommitOutcome outcome = lost.resolve();

            lost.deliver();
            assertThat(outcome).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(primary)).isZero();
        }
    }

    /** A lookup goes on after an error that the guard has seen: the wait for the lock that was too long. */
    @Test
    void rule30_aLookupIsNotStoppedByTheGuardOfUnits() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.loseRequest();

            CommitOutcome outcome = lost.resolve(new GuardedDataSource(primary.dataSource()), LONG);

            lost.deliver();
            assertThat(outcome).isInstanceOf(RolledBack.class);
            assertThat(lost.rows(primary)).isZero();
        }
    }

    @Test
    void rule30_aTransactionThatWasRolledBackIsFoundSo() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.finish("rollback");

            assertThat(lost.resolve()).isInstanceOf(RolledBack.class);
            assertThat(lost.resolve()).as("once more").isInstanceOf(RolledBack.class);
        }
    }

    @Test
    void rule30_aMarkerInASavepointThatTheUnitLeftOpenIsCommittedWithIt() throws Exception {
        try (Connection connection = primary.connect()) {
            connection.setAutoCommit(false);
            connection.setSavepoint();
            Claim claim = MARKERS.claim(connection);
            connection.commit();

            assertThat(resolve(claim, primary.dataSource())).isInstanceOf(Committed.class);
        }
    }

    private static CommitOutcome resolve(Claim claim, DataSource dataSource) {
        return claim.resolve(dataSource, SystemClock.INSTANCE.nanos() + LONG.toNanos(), SystemClock.INSTANCE);
    }

    @Test
    void rule30_lookupsThatRaceFindTheSame() throws Exception {
        for (int round = 0; round < 3; round++) {
            try (var committed = new LostCommit(primary, MARKERS);
                    var open = new LostCommit(primary, MARKERS)) {
                committed.loseAnswer();
                open.loseRequest();

                assertThat(atOnce(4, committed::resolve)).hasOnlyElementsOfType(Committed.class);
                assertThat(atOnce(4, open::resolve)).hasOnlyElementsOfType(RolledBack.class);
                open.deliver();
                assertThat(open.rows(primary)).isZero();
            }
        }
    }

    private static <T> List<T> atOnce(int times, Callable<T> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                running.add(threads.submit(call));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    /** The first look is answered by nobody, though the server does what it asks. */
    @Test
    void rule30_aTombstoneWhoseAnswerWasLostIsFoundAgain() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS);
                FaultProxy network = FaultProxy.to("127.0.0.1", primary.port())) {
            lost.finish("rollback");
            var isFirst = new AtomicBoolean(true);
            DataSource flaky = Leading.to(() -> {
                if (isFirst.getAndSet(false)) {
                    Connection connection = LostCommit.dataSource(network.port(), primary.user(), primary.password())
                            .getConnection();
                    network.halfOpen();
                    return connection;
                }
                return primary.connect();
            });

            assertThat(lost.resolve(flaky, LONG))
                    .asInstanceOf(type(RolledBack.class))
                    .extracting(RolledBack::why)
                    .isEqualTo("it was fenced before");
        }
    }

    @Test
    void rule30_aProcessThatMayNotBeEndedLeavesTheOutcomeUnknown() throws Exception {
        asSuperuser(
                primary,
                "drop role if exists rotated",
                "create role rotated login password 'rotated'",
                "grant select, insert on dbops_tx to rotated");
        DataSource asOther = LostCommit.dataSource(primary.port(), "rotated", "rotated");
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.loseRequest();

            assertThat(unknown(lost.resolve(asOther, SHORT))).contains("GRANT pg_monitor TO rotated");
            asSuperuser(primary, "grant pg_monitor to rotated");
            assertThat(unknown(lost.resolve(asOther, SHORT)))
                    .contains("GRANT pg_signal_backend TO rotated", "select outcome from \"public\".\"dbops_tx\"");
            asSuperuser(primary, "grant pg_signal_backend to rotated");
            assertThat(lost.resolve(asOther, LONG)).isInstanceOf(RolledBack.class);
        } finally {
            asSuperuser(primary, "revoke all on dbops_tx from rotated", "drop role rotated");
        }
    }

    @Test
    void rule30_aLookupGoesThroughTheRouterThatTheUnitWentThrough() throws Exception {
        try (FaultProxy network = FaultProxy.to("127.0.0.1", primary.port());
                HikariDataSource pool = new HikariDataSource();
                RoutedDataSource routed = LagAwareRouting.within(Duration.ofSeconds(2))
                        .wrap(List.of(Node.of(primary.name(), over(pool, network), primary.dataSource())))) {
            var claims = new ArrayList<Claim>();
            var attempt = new Attempt<Integer>();
            Attempt.BeforeCommit thenLose = connection -> {
                claims.add(MARKERS.claim(connection));
                network.halfOpen();
            };

            assertThatThrownBy(() -> attempt.run(
                            routed,
                            new Unit(null, null, null, null, false, false),
                            Duration.ofSeconds(1),
                            thenLose,
                            connection -> {
                                LostCommit.execute(connection, "insert into t values (0)");
                                return 1;
                            }))
                    .isInstanceOf(SQLException.class);
            assertThat(attempt.phase()).isEqualTo(Phase.COMMIT);
            network.heal();

            assertThat(resolve(claims.get(0), routed)).isInstanceOf(Committed.class);
        }
    }

    private DataSource over(HikariDataSource pool, FaultProxy network) {
        pool.setDataSource(LostCommit.dataSource(network.port(), primary.user(), primary.password()));
        pool.setMaximumPoolSize(2);
        return pool;
    }

    @Test
    void rule33_aPreparedTransactionIsLeftToWhoPreparedIt() throws Exception {
        try (var lost = new LostCommit(primary, MARKERS)) {
            lost.finish("prepare transaction 'order 7'");

            assertThat(unknown(lost.resolve())).contains("\"order 7\"");
            asApplication(primary, "commit prepared 'order 7'");
            assertThat(lost.resolve()).isInstanceOf(Committed.class);
        }
    }

    static String unknown(CommitOutcome outcome) {
        assertThat(outcome).isInstanceOf(Unknown.class);
        return ((Unknown) outcome).why();
    }
}
