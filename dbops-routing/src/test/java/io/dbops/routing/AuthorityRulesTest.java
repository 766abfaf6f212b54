package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.countOn;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.RoutedPair.COUNT;
import static io.dbops.routing.RoutedPair.INSERT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Authority;
import io.dbops.ClusterEvent;
import io.dbops.NoEligibleNodeException;
import io.dbops.Node;
import io.dbops.PrimaryChangedException;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an authority decides, and what becomes of writes when it fails, on real servers that take writes both. */
@Tag("cluster-heavy")
@Timeout(120)
class AuthorityRulesTest {

    private static final String LOOKS = """
            select query_start from pg_stat_activity
            where query like '%pg_stat_wal_receiver%' and pid <> pg_backend_pid()""";

    private final OwnCluster own = OwnCluster.start(1);
    private final EmbeddedNode db1 = own.node("db-1");
    private final EmbeddedNode db2 = own.node("db-2");
    private final List<ClusterEvent> events = new CopyOnWriteArrayList<>();
    private final Semaphore asked = new Semaphore(0);
    private volatile Authority answer = nodes -> Optional.empty();

    AuthorityRulesTest() throws SQLException {}

    @AfterEach
    void close() {
        own.close();
    }

    private RoutedDataSource open(List<Node> nodes) {
        return LagAwareRouting.within(Duration.ofMinutes(1))
                .answeringWithin(Duration.ofMillis(500))
                .waitingForPrimary(Duration.ofSeconds(1))
                .authority(this::ask)
                .listener(events::add)
                .wrap(nodes);
    }

    private Optional<String> ask(Set<String> nodes) throws Exception {
        asked.release();
        return answer.primary(nodes);
    }

    private static boolean isWritten(RoutedDataSource routed) throws SQLException {
        try {
            execute(routed, INSERT);
            return true;
        } catch (SQLException e) {
            // Nobody is to be written to, or a connection of the time before was used.
            assertThat(e.getSQLState()).matches("08...|57P0.");
            return false;
        }
    }

    /** The watch has looked at db-1 so often: whoever opens has long known by then that it takes writes. */
    private void awaitLooks(int count) throws Exception {
        Set<String> looks = new HashSet<>();
        try (Connection superuser = db1.connectAsSuperuser()) {
            await("the watch has looked at db-1", () -> {
                try (var statement = superuser.createStatement();
                        var rows = statement.executeQuery(LOOKS)) {
                    while (rows.next()) {
                        looks.add(rows.getString(1));
                    }
                }
                return looks.size() >= count;
            });
        }
    }

    /** An answer that was asked for from now on has been taken in. */
    private void awaitAnswer() throws InterruptedException {
        asked.drainPermits();
        asked.acquire(2);
    }

    @Test
    void rule20_itDecidesBetweenTwoThatTakeWrites() throws Exception {
        try (RoutedDataSource routed = open(own.nodes())) {
            execute(routed, INSERT);
            await("db-2 has it", () -> countOn(db2) == 1);
            db2.promote();
            await("nobody is written to", () -> !isWritten(routed));
            int before = countOn(db1);
            answer = nodes -> Optional.of("db-2");
            await("the named one is written to", () -> isWritten(routed));
            assertThat(countOn(db2)).isEqualTo(2);
            assertThat(countOn(db1)).isEqualTo(before);
            assertThat(events).anyMatch(ClusterEvent.Contested.class::isInstance);
        }
    }

    @Test
    void rule13_anIsolatedPrimaryThatItDoesNotNameIsRefused() throws Exception {
        answer = nodes -> Optional.of("db-1");
        try (RoutedDataSource routed = open(own.nodes());
                Connection connection = routed.getConnection()) {
            execute(routed, INSERT);
            connection.setAutoCommit(false);
            connection.createStatement().execute(INSERT);
            answer = nodes -> Optional.of("db-2");
            await("it is revoked", () -> routed.topology().primary().isEmpty());
            assertThatThrownBy(connection::commit).isInstanceOf(PrimaryChangedException.class);
            connection.rollback();
            assertThatThrownBy(() -> execute(routed, INSERT))
                    .isInstanceOf(NoEligibleNodeException.class)
                    .hasMessageContaining("the authority names db-2, not db-1");
            assertThatThrownBy(() -> Queries.read(routed.dataSource(io.dbops.Consistency.strong()), COUNT))
                    .as("nor does it answer reads that must see everything")
                    .isInstanceOf(NoEligibleNodeException.class);
            assertThat(countOn(db1)).isOne();
        }
    }

    @Test
    void rule13_whoOpensOnAnIsolatedPrimaryWritesNothingBeforeItHasSpoken() throws Exception {
        answer = nodes -> {
            awaitLooks(3);
            return Optional.of("db-2");
        };
        // The other one exists, but is not reached.
        db2.kill();
        try (RoutedDataSource routed = open(own.nodes())) {
            assertThat(isWritten(routed)).isFalse();
            assertThat(countOn(db1)).isZero();
        }
    }

    @Test
    void whileItThrowsTheServersDecide() throws Exception {
        answer = nodes -> Optional.of("db-1");
        try (RoutedDataSource routed = open(own.nodes())) {
            answer = nodes -> {
                throw new AssertionError("planted");
            };
            awaitAnswer();
            execute(routed, INSERT);
            await("db-2 has it", () -> countOn(db2) == 1);
            db1.kill();
            db2.promote();
            // Its last answer counts for a time.
            await("the successor is followed", () -> isWritten(routed));
            assertThat(countOn(db2)).isEqualTo(2);
        }
    }

    @Test
    void anAnswerDoesNotCountForEverWhenItHangs() throws Exception {
        answer = nodes -> Optional.of("db-1");
        var hanging = new Gate();
        try (RoutedDataSource routed = open(own.nodes())) {
            execute(routed, INSERT);
            await("db-2 has it", () -> countOn(db2) == 1);
            hanging.shut();
            answer = nodes -> {
                passUninterruptibly(hanging);
                return Optional.of("db-1");
            };
            awaitAsked();
            db1.kill();
            db2.promote();
            await("the successor is followed", () -> isWritten(routed));
            assertThat(countOn(db2)).isEqualTo(2);
            answer = nodes -> Optional.empty();
            hanging.open();
            awaitAsked();
            assertThat(isWritten(routed))
                    .as("an answer that comes late does not count")
                    .isTrue();
        } finally {
            hanging.open();
        }
    }

    private void awaitAsked() throws InterruptedException {
        asked.drainPermits();
        asked.acquire();
    }

    private static void passUninterruptibly(Gate gate) {
        boolean interrupted;
        do {
            gate.pass();
            interrupted = Thread.interrupted();
        } while (interrupted);
    }

    @Test
    void aNameThatIsNoNodeIsNoAnswer() throws Exception {
        answer = nodes -> Optional.of("db-9");
        try (RoutedDataSource routed = open(own.nodes())) {
            awaitAnswer();
            execute(routed, INSERT);
            assertThat(countOn(db1)).isOne();
            db2.promote();
            await("nobody is written to", () -> !isWritten(routed));
        }
    }
}
