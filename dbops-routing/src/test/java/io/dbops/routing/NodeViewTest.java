package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import io.dbops.dialect.Observation;
import io.dbops.dialect.ServerIdentity;
import io.dbops.dialect.WalPosition;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What is known of a node's staleness without reading a clock. */
class NodeViewTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final RoutedNode a = node(0, "a");
    private final RoutedNode b = node(1, "b");

    private static RoutedNode node(int index, String name) {
        return new RoutedNode(index, Node.of(name, new PGSimpleDataSource(), new PGSimpleDataSource()), "test", null);
    }

    private static ServerIdentity server(int port) {
        return new ServerIdentity("7", "run of " + port, "127.0.0.1", port);
    }

    @Test
    void whatIsFoundTooStaleIsRememberedAndNeverTakenBack() {
        NodeView view = NodeView.measured(b, 10 * SECOND, 11 * SECOND, server(2));
        assertThat(view.staleness()).isEqualTo(SECOND);
        assertThat(view.isWithin(2 * SECOND, 12 * SECOND)).isTrue();
        assertThat(view.isWithin(2 * SECOND, 13 * SECOND)).isFalse();
        assertThat(view.staleness()).isEqualTo(3 * SECOND);
        view.age(12 * SECOND);
        assertThat(view.staleness()).isEqualTo(3 * SECOND);
    }

    @Test
    void whatIsNotMeasuredIsWithinNoBound() {
        NodeView view = NodeView.unmeasured(b, 11 * SECOND, server(2), "test");
        assertThat(view.isWithin(Long.MAX_VALUE - 1, 12 * SECOND)).isFalse();
        assertThat(view.staleness()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void onlyTheFirstUsesLookAtTheClock() {
        NodeView view = NodeView.measured(b, 10 * SECOND, 11 * SECOND, server(2));
        for (int use = 1; use <= 16; use++) {
            assertThat(view.isLittleUsed()).isTrue();
        }
        assertThat(view.isLittleUsed()).isFalse();
    }

    /** Time that a test moves. */
    private static final class HandClock implements Clock {
        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public long wallMillis() {
            return nanos / 1_000_000;
        }

        @Override
        public void park(long time) {
            throw new AssertionError("nobody waits here");
        }
    }

    @Test
    void oneObserverThatLivesTellsHowStaleTheOthersNodesAre() {
        var clock = new HandClock();
        var sampling = new Sampling(Duration.ofSeconds(2), 50, Duration.ofSeconds(1));
        var monitor = new Monitor(sampling, Duration.ofSeconds(2), clock);
        monitor.added(a);
        monitor.added(b);
        monitor.observed(a, 0, new Observation.Primary(server(1), new WalPosition(7, 1, 100), true));
        monitor.observed(b, 0, new Observation.Replica(server(2), new WalPosition(7, 1, 100)));
        NodeView view = view(monitor);
        assertThat(view.staleness()).isZero();
        clock.nanos = 3 * SECOND;
        monitor.observed(a, 3 * SECOND, new Observation.Primary(server(1), new WalPosition(7, 1, 200), true));
        assertThat(view(monitor)).isSameAs(view);
        assertThat(view.staleness()).isEqualTo(3 * SECOND);
    }

    private NodeView view(Monitor monitor) {
        return Objects.requireNonNull(monitor.snapshot().view(b));
    }
}
