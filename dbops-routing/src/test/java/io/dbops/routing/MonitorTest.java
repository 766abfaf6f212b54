package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.ClusterEvent;
import io.dbops.Node;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import io.dbops.dialect.WalPosition;
import io.dbops.routing.Leadership.Silence;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What the monitor concludes from what nodes answered, with time that a test moves. */
class MonitorTest {

    private static final class HandClock implements Clock {
        private long nanos;
        private long wallMillis;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return wallMillis;
        }

        @Override
        public void park(long nanos) {
            throw new AssertionError("nobody waits here");
        }

        private void pass(Duration time) {
            nanos += time.toNanos();
            wallMillis += time.toMillis();
        }
    }

    private final HandClock clock = new HandClock();
    private final RoutedNode a = node(0, "a");
    private final RoutedNode b = node(1, "b");
    private final RoutedNode c = node(2, "c");
    private final Monitor monitor =
            new Monitor(new Sampling(Duration.ofSeconds(2), 50, Duration.ofSeconds(1)), Duration.ofSeconds(2), clock);

    MonitorTest() {
        monitor.added(a);
        monitor.added(b);
        monitor.added(c);
    }

    private static RoutedNode node(int index, String name) {
        return new RoutedNode(index, Node.of(name, new PGSimpleDataSource(), new PGSimpleDataSource()), "test", null);
    }

    private static ServerIdentity server(String system, int port) {
        return new ServerIdentity(system, "run of " + port, "127.0.0.1", port);
    }

    private void primary(RoutedNode node, long lsn) {
        primary(node, 1, lsn);
    }

    private void primary(RoutedNode node, int timeline, long lsn) {
        monitor.observed(
                node,
                clock.nanos,
                new Observation.Primary(server("7", node.index()), new WalPosition(7, timeline, lsn), true));
    }

    private boolean replica(RoutedNode node, long lsn) {
        return monitor.observed(
                node, clock.nanos, new Observation.Replica(server("7", node.index()), new WalPosition(7, 1, lsn)));
    }

    private NodeView view(RoutedNode node) {
        return monitor.snapshot().views[node.index()];
    }

    @Test
    void freshnessIsTheInstantBeforeTheNewestSampleReached() {
        primary(a, 100);
        clock.pass(Duration.ofMillis(10));
        primary(a, 200);
        clock.pass(Duration.ofMillis(10));
        assertThat(replica(b, 150)).as("it is to be asked again").isFalse();
        assertThat(view(b).freshAsOf).isZero();
        assertThat(replica(b, 200)).isTrue();
        assertThat(view(b).freshAsOf).isEqualTo(TimeUnit.MILLISECONDS.toNanos(10));
        assertThat(view(b).observedAt).isEqualTo(TimeUnit.MILLISECONDS.toNanos(20));
    }

    @Test
    void rule03_freshnessAdvancesThoughTheNewestSampleIsNeverReached() {
        for (int i = 0; i < 100; i++) {
            primary(a, 1_000 + i * 10);
            replica(b, 1_000 + (i - 30) * 10);
            clock.pass(Duration.ofMillis(10));
        }
        assertThat(clock.nanos - view(b).freshAsOf).isEqualTo(TimeUnit.MILLISECONDS.toNanos(310));
    }

    @Test
    void aReplicaThatReachedNoSampleIsNotMeasuredAndSaysWhy() {
        primary(a, 100);
        replica(b, 50);
        assertThat(view(b).measured).isFalse();
        assertThat(view(b).reason)
                .isEqualTo("it is at 1:0/32 and has reached no position of the primary, which is at" + " 1:0/64");
        assertThat(monitor.snapshot().reachable).hasSize(1);
        assertThat(monitor.snapshot().measured).isEmpty();
    }

    @Test
    void rule14_freshnessIsDroppedWhenTheMachineWasSuspended() {
        primary(a, 100);
        replica(b, 100);
        assertThat(view(b).measured).isTrue();
        clock.wallMillis += Duration.ofHours(1).toMillis();
        primary(a, 100);
        replica(b, 100);
        assertThat(view(b).measured)
                .as("the answer that told of it may be from before")
                .isFalse();
        assertThat(monitor.snapshot().primary).isSameAs(a);
        primary(a, 100);
        replica(b, 100);
        assertThat(view(b).measured).isTrue();
    }

    @Test
    void aPrimaryWhosePositionWentBackBeginsAnEpoch() {
        primary(a, 100);
        replica(b, 100);
        long epoch = monitor.snapshot().epoch.number();
        primary(a, 90);
        assertThat(monitor.snapshot().epoch.number()).isEqualTo(epoch + 1);
        assertThat(view(b).measured).isFalse();
    }

    @Test
    void aPrimaryThatTakesNoWritesAnyMoreLeavesNone() {
        primary(a, 100);
        replica(b, 100);
        replica(a, 100);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(monitor.snapshot().outage).isTrue();
        assertThat(monitor.snapshot().whyNoPrimary).isEqualTo("a: it takes no writes any more");
        primary(b, 2, 110);
        assertThat(monitor.snapshot().primary).isSameAs(b);
        assertThat(monitor.snapshot().measured).isEmpty();
    }

    @Test
    void rule16_whatWasMeasuredStaysWhileThereIsNoPrimary() {
        primary(a, 100);
        replica(b, 100);
        replica(a, 100);
        replica(b, 100);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(view(b).measured).isTrue();
        assertThat(view(b).freshAsOf).isZero();
    }

    @Test
    void rule20_whileTwoServersTakeWritesNobodyIsWrittenTo() {
        primary(a, 100);
        replica(b, 100);
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(monitor.snapshot().whyNoPrimary).isEqualTo("b takes writes, but a is not known to have stopped");
        assertThat(view(b).role).isEqualTo(Role.UNKNOWN);
        primary(a, 300);
        assertThat(monitor.snapshot().primary).as("still two").isNull();
        replica(b, 200);
        assertThat(monitor.snapshot().primary).as("one again").isSameAs(a);
        assertThat(events())
                .anyMatch(event -> event instanceof ClusterEvent.Contested contest
                        && contest.nodes().equals(List.of("a", "b")));
    }

    @Test
    void rule20_twoStandbysPromotedAloneAreBothNotWrittenTo() {
        primary(a, 100);
        replica(b, 100);
        replica(c, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
        primary(c, 2, 200);
        assertThat(monitor.snapshot().primary).isNull();
        primary(b, 2, 210);
        assertThat(monitor.snapshot().primary).isNull();
    }

    @Test
    void rule20_theAuthorityDecidesBetweenTwo() {
        primary(a, 100);
        primary(b, 1, 200);
        assertThat(monitor.snapshot().primary).isNull();
        monitor.named(b);
        assertThat(monitor.snapshot().primary).isNull();
        primary(b, 1, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
        primary(a, 1, 300);
        assertThat(monitor.snapshot().primary).isSameAs(b);
        monitor.named(a);
        assertThat(monitor.snapshot().primary).as("b is revoked").isNull();
    }

    @Test
    void rule20_aCopyThatNeverFollowedIsNoSuccessor() {
        primary(a, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofMinutes(1));
        primary(b, 3, 500);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(view(b).reason).contains("it was never seen to follow a");
    }

    @Test
    void rule20_aDeposedPrimaryThatReturnsIsLeftAlone() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, 2, 200);
        primary(a, 1, 900);
        assertThat(monitor.snapshot().primary).as("it is no rival").isSameAs(b);
        assertThat(view(a).reason).contains("left behind by a failover");
        monitor.failed(b, "gone", Silence.NOBODY_THERE);
        monitor.failed(b, "gone", Silence.NOBODY_THERE);
        clock.pass(Duration.ofMinutes(1));
        primary(a, 1, 950);
        assertThat(monitor.snapshot().primary).as("never again").isNotSameAs(a);
    }

    @Test
    void rule20_aNodeThatComesBackOnAnOlderTimelineIsNotThePrimaryItWas() {
        primary(a, 3, 100);
        primary(a, 2, 100);
        assertThat(monitor.snapshot().primary).isNull();
    }

    @Test
    void rule20_aDescendantFollowsWhenThePrimaryHasNotAnsweredForLong() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).as("not yet").isNull();
        clock.pass(Duration.ofSeconds(3));
        primary(b, 1, 200);
        assertThat(monitor.snapshot().primary).as("not on the same timeline").isNull();
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
    }

    @Test
    void rule20_aDescendantFollowsAtOnceWhereNothingListensAnyMore() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "refused", Silence.NOBODY_THERE);
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).as("once may be a restart").isNull();
        monitor.failed(a, "refused", Silence.NOBODY_THERE);
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
    }

    @Test
    void rule21_whatTheNewPrimaryWasSeenToHaveDividesTheWritesThatWereKept() {
        primary(a, 100);
        clock.pass(Duration.ofMillis(10));
        primary(a, 200);
        clock.pass(Duration.ofMillis(10));
        replica(b, 200);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, 2, 300);
        assertThat(monitor.failovers())
                .containsExactly(new Failover(
                        1, Duration.ofMillis(10).toNanos(), new WalPosition(7, 1, 200), new WalPosition(7, 1, 200)));
        assertThat(events())
                .anyMatch(event -> event instanceof ClusterEvent.WritesMayBeLost lost
                        && lost.atMost().toMillis() == 3_010);
    }

    private void primary(RoutedNode node, ServerIdentity by, int timeline, long lsn) {
        monitor.observed(node, clock.nanos, new Observation.Primary(by, new WalPosition(7, timeline, lsn), true));
    }

    @Test
    void rule21_aFailoverBehindTheNameOfThePrimaryIsTold() {
        primary(a, 100);
        replica(b, 100);
        primary(a, server("7", 9), 2, 300);
        assertThat(monitor.snapshot().primary).as("the name has moved").isSameAs(a);
        assertThat(monitor.snapshot().epoch.number()).isEqualTo(2);
        assertThat(monitor.failovers()).containsExactly(new Failover(1, 0, null, new WalPosition(7, 1, 100)));
        assertThat(events()).anyMatch(ClusterEvent.WritesMayBeLost.class::isInstance);
    }

    @Test
    void rule21_aPrimaryThatLostTheEndOfItsLogTellsSo() {
        primary(a, 100);
        primary(a, 90);
        assertThat(monitor.failovers()).containsExactly(new Failover(1, 0, null, new WalPosition(7, 1, 100)));
    }

    @Test
    void rule21_aRestartOfThePrimaryLosesNothing() {
        primary(a, 100);
        primary(a, server("7", 9), 1, 110);
        assertThat(monitor.snapshot().epoch.number()).isEqualTo(2);
        assertThat(monitor.failovers()).isEmpty();
    }

    @Test
    void rule20_whatWasReachedOfAnotherLogProvesNothing() {
        primary(a, 100);
        replica(b, 100);
        primary(a, server("7", 9), 2, 300);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, 3, 400);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(view(b).reason).contains("it was never seen to follow a");
    }

    @Test
    void rule20_aServerThatIsBehindWhatItsNameHadReachedIsNoSuccessor() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, server("7", 9), 2, 90);
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(view(b).reason).contains("it was never seen to follow a");
    }

    @Test
    void rule21_whatAServerKeptIsNotKnownByItsName() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.pass(Duration.ofSeconds(3));
        primary(b, server("7", 9), 2, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
        assertThat(monitor.failovers()).containsExactly(new Failover(1, 0, null, new WalPosition(7, 1, 100)));
    }

    @Test
    void rule20_aSecondNameOfThePrimaryIsNoRival() {
        primary(a, 100);
        monitor.failed(a, "one question was lost", Silence.SILENT);
        primary(b, server("7", a.index()), 1, 110);
        assertThat(monitor.snapshot().primary).isSameAs(a);
        assertThat(view(b).reason).startsWith("it is the same server as a");
    }

    @Test
    void aPrimaryThatWasRemovedAndAddedAgainLeadsAgain() {
        primary(a, 100);
        monitor.removed(a);
        assertThat(monitor.snapshot().primary).isNull();
        RoutedNode again = node(0, "a");
        monitor.added(again);
        primary(again, server("7", 0), 1, 110);
        assertThat(monitor.snapshot().primary).isSameAs(again);
        assertThat(monitor.failovers()).isEmpty();
    }

    @Test
    void aRemovedPrimaryDoesNotLeadThoughAnotherNodeHasItsPlace() {
        primary(a, 100);
        monitor.added(node(0, "d"));
        monitor.removed(a);
        assertThat(monitor.snapshot().primary).isNull();
    }

    @Test
    void aPrimaryThatIsGoneIsSucceededThoughTheMachineWasSuspended() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        clock.wallMillis += Duration.ofHours(1).toMillis();
        clock.pass(Duration.ofSeconds(3));
        primary(b, 2, 200);
        primary(b, 2, 200);
        assertThat(monitor.snapshot().primary).isSameAs(b);
    }

    private List<ClusterEvent> events() {
        var all = new ArrayList<ClusterEvent>();
        for (ClusterEvent event = monitor.nextEvent(); event != null; event = monitor.nextEvent()) {
            all.add(event);
        }
        return all;
    }

    @Test
    void aServerOfAnotherClusterIsLeftAloneThoughNoNodeOfThisOneAnswers() {
        primary(a, 100);
        replica(a, 100);
        monitor.failed(a, "gone", Silence.SILENT);
        monitor.observed(b, clock.nanos, new Observation.Primary(server("8", 1), new WalPosition(8, 9, 900), true));
        assertThat(monitor.snapshot().primary).isNull();
        assertThat(view(b).reason).startsWith("it belongs to another cluster");
    }

    @Test
    void aPrimaryThatRefusesTheWatchIsAliveAndNotSucceeded() {
        primary(a, 100);
        for (int i = 0; i < 10; i++) {
            clock.pass(Duration.ofSeconds(1));
            monitor.failed(a, "too many connections", Silence.REFUSES);
            primary(b, 2, 200);
        }
        assertThat(monitor.snapshot().primary).as("it may take writes still").isNull();
    }

    @Test
    void aNodeThatFailedIsNoCandidate() {
        primary(a, 100);
        replica(b, 100);
        monitor.failed(b, "it does not answer", Silence.SILENT);
        assertThat(monitor.snapshot().reachable).isEmpty();
        assertThat(monitor.snapshot().measured).isEmpty();
        assertThat(monitor.snapshot().fresh).isEmpty();
    }

    @Test
    void aReplicaBeyondTheBoundIsMeasuredButNotFresh() {
        primary(a, 100);
        clock.pass(Duration.ofSeconds(3));
        primary(a, 200);
        replica(b, 150);
        assertThat(monitor.snapshot().measured).hasSize(1);
        assertThat(monitor.snapshot().fresh).isEmpty();
    }
}
