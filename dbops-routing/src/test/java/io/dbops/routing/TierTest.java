package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dbops.Node;
import io.dbops.dialect.Backend;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Health.Standing;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The choice between replicas that may all serve. */
class TierTest {

    private static final int TIMES = 100_000;
    private static final Duration MILLI = Duration.ofMillis(1);

    private final HandClock clock = new HandClock();
    private final long seed = System.nanoTime();
    /** Stamps alone do not keep connections alive. */
    private final List<Connection> held = new ArrayList<>();

    private final Random random = new Random(seed);

    private NodeView view(int index, int weight, String zone, Duration latency) {
        Node node = Node.of("db-" + index, new PGSimpleDataSource(), new PGSimpleDataSource())
                .weighted(weight)
                .in(zone);
        var choosing = new Choosing("east", null, Duration.ofSeconds(10));
        var routed = new RoutedNode(index, node, "test", null, choosing, clock);
        routed.health().probed(latency.toNanos(), false);
        return NodeView.measured(routed, 1, 2, new ServerIdentity("7", "run " + index, "127.0.0.1", index));
    }

    private double[] shares(NodeView... views) {
        var tier = new Tier(views);
        var counts = new int[views.length];
        for (int i = 0; i < TIMES; i++) {
            NodeView chosen = Objects.requireNonNull(tier.choose((view, any) -> true, random.nextInt(), null));
            counts[Arrays.asList(views).indexOf(chosen)]++;
        }
        return Arrays.stream(counts)
                .mapToDouble(count -> (double) count / TIMES)
                .toArray();
    }

    @Test
    void weightsHoldWhileAllAnswerAlike() {
        double[] shares = shares(view(0, 1, "east", MILLI), view(1, 3, "east", MILLI), view(2, 4, "east", MILLI));
        assertThat(shares[0]).as("seed %d", seed).isCloseTo(0.125, Percentage.withPercentage(8));
        assertThat(shares[1]).as("seed %d", seed).isCloseTo(0.375, Percentage.withPercentage(8));
        assertThat(shares[2]).as("seed %d", seed).isCloseTo(0.5, Percentage.withPercentage(8));
    }

    @Test
    void smallDifferencesInLatencyAreNoise() {
        double[] shares = shares(view(0, 1, "east", Duration.ofNanos(50_000)), view(1, 1, "east", MILLI));
        assertThat(shares[0]).as("seed %d", seed).isCloseTo(0.5, within(0.02));
    }

    @Test
    void ofTwoTheFasterIsChosen() {
        double[] shares = shares(view(0, 1, "east", MILLI.multipliedBy(5)), view(1, 1, "east", MILLI));
        assertThat(shares[1]).isEqualTo(1);
    }

    private NodeView busy(int index, int connections) {
        NodeView view = view(index, 1, "east", MILLI);
        for (int i = 0; i < connections; i++) {
            var connection = (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, args) -> null);
            held.add(connection);
            var stamp = new Stamp(view.node, connection, new Backend(Objects.requireNonNull(view.server), i, ""), 0);
            stamp.leased();
            view.node.add(connection, stamp);
        }
        view.node.countLoad();
        return view;
    }

    @Test
    void ofTwoTheLessBusyIsChosen() {
        assertThat(shares(busy(0, 3), busy(1, 1))[1]).isEqualTo(1);
        assertThat(shares(busy(0, 2), busy(1, 1))[1])
                .as("with the read it is as busy; seed %d", seed)
                .isCloseTo(0.5, within(0.02));
    }

    @Test
    void ofManyTheSlowOneIsChosenOnlyIfNoOtherPromises() {
        NodeView slow = view(0, 1, "east", MILLI.multipliedBy(5));
        NodeView fast = view(1, 1, "east", MILLI);
        NodeView other = view(2, 1, "east", MILLI);
        assertThat(shares(slow, fast, other)[0]).isZero();
        var tier = new Tier(new NodeView[] {slow, fast, other});
        assertThat(tier.choose((view, any) -> view == slow, 7, null)).isSameAs(slow);
        assertThat(tier.choose((view, any) -> view == slow, 7, slow.node)).isNull();
    }

    @Test
    void aNodeThatReturnsGetsATenthOfWhatOthersGetThoughItIsIdle() {
        NodeView back = view(0, 1, "east", MILLI);
        back.node.health().returns();
        assertThat(shares(back, view(1, 1, "east", MILLI))[0])
                .as("seed %d", seed)
                .isCloseTo(1 / 11.0, within(0.01));
    }

    @Test
    void aReadPrefersItsZoneThenOthersThenWhatIsOut() {
        NodeView far = view(0, 1, "west", MILLI);
        NodeView near = view(1, 1, "east", MILLI);
        NodeView slow = view(2, 1, "east", MILLI);
        while (slow.node.health().standing() == Standing.IN) {
            slow.node.health().probed(MILLI.toNanos(), true);
        }
        var tiers = new Tiers(new NodeView[] {far, slow, near});
        assertThat(Arrays.stream(tiers.inOrder).map(tier -> tier.views[0])).containsExactly(near, far, slow);
        assertThat(tiers.trials).isNull();
        assertThat(Arrays.stream(new Tiers(new NodeView[] {slow}).inOrder).map(tier -> tier.views[0]))
                .as("the last one is never out")
                .containsExactly(slow);
    }
}
