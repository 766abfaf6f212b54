package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import io.dbops.dialect.Observation;
import io.dbops.dialect.ServerIdentity;
import io.dbops.dialect.WalPosition;
import io.dbops.time.SystemClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class SessionStateTest {

    private final RouterCore core = new RouterCore(
            LagAwareRouting.within(Duration.ofSeconds(2)).options(),
            "test",
            List.of(Node.of("db-1", new PGSimpleDataSource(), new PGSimpleDataSource())),
            null);

    @Test
    void rule10_anInstantThatComesLateDoesNotTakeBackALaterOne() {
        var session = new SessionState(core);
        session.wrote(200, 1);
        session.wrote(100, 1);
        assertThat(session.isCoveredBy(150)).isFalse();
        assertThat(session.isCoveredBy(200)).as("the comparison is strict").isFalse();
        assertThat(session.isCoveredBy(201)).isTrue();
    }

    @Test
    void rule10_aSessionThatNeverWroteIsCoveredByTheFirstInstant() {
        assertThat(new SessionState(core).isCoveredBy(0)).isTrue();
    }

    @Test
    void rule10_instantsAreNeverNegative() {
        assertThat(SystemClock.INSTANCE.nanos()).isNotNegative();
    }

    @Test
    void aSessionThatFindsOutThatItMayHaveLostWritesIsCountedOnce() {
        var session = new SessionState(core);
        assertThat(session.mayHaveLostWrites()).isFalse();
        assertThat(core.lostSessions()).isZero();
        session.resumeAt(100, 1, true);
        assertThat(session.mayHaveLostWrites()).isTrue();
        session.resumeAt(200, 1, true);
        assertThat(core.lostSessions()).isOne();
    }

    @Test
    void rule21_aWriteOfTheOldPrimaryThatComesLateIsToldAsLost() throws Exception {
        RoutedNode old = core.nodes().get(0);
        RoutedNode next = node(1);
        core.monitor().added(next);
        observed(old, new Observation.Primary(server(0), new WalPosition(7, 1, 100), true));
        observed(next, new Observation.Replica(server(1), new WalPosition(7, 1, 100)));
        observed(old, new Observation.Replica(server(0), new WalPosition(7, 1, 100)));
        observed(next, new Observation.Primary(server(1), new WalPosition(7, 2, 100), true));
        assertThat(core.monitor().failovers()).hasSize(1);
        long now = SystemClock.INSTANCE.nanos();
        var session = new AtomicReference<>(new SessionState(core));
        var barrier = new CyclicBarrier(2);
        int rounds = 20_000;
        CompletableFuture<Void> onTheNext = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < rounds; i++) {
                meet(barrier);
                session.get().wrote(now + 2, 2);
                meet(barrier);
            }
        });
        for (int i = 0; i < rounds; i++) {
            session.set(new SessionState(core));
            meet(barrier);
            session.get().wrote(now + 1, 1);
            assertThat(session.get().mayHaveLostWrites()).as("round %d", i).isTrue();
            meet(barrier);
        }
        onTheNext.get();
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static RoutedNode node(int index) {
        return new RoutedNode(
                index, Node.of("n-" + index, new PGSimpleDataSource(), new PGSimpleDataSource()), "test", null);
    }

    private static ServerIdentity server(int number) {
        return new ServerIdentity("7", "run of " + number, "", number);
    }

    private void observed(RoutedNode node, Observation observation) {
        core.monitor().observed(node, SystemClock.INSTANCE.nanos(), observation);
    }

    @Test
    void sessionsNestOnAThread() {
        var outer = new SessionState(core);
        var inner = new SessionState(core);
        outer.run(() -> {
            assertThat(core.currentSession()).isSameAs(outer);
            inner.run(() -> assertThat(core.currentSession()).isSameAs(inner));
            assertThat(core.currentSession()).isSameAs(outer);
        });
        assertThat(core.isProcessSession(core.currentSession())).isTrue();
    }
}
