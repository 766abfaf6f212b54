package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Health.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** What counts as slow. */
class OutliersTest {

    private final HandClock clock = new HandClock();
    private final List<RoutedNode> nodes = new ArrayList<>();
    private Snapshot snapshot = Snapshot.initial(1);
    private int changes;

    private Outliers over(@Nullable Duration slowAfter, int replicas) {
        for (int i = 0; i < replicas; i++) {
            Node node = Node.of("db-" + i, new PGSimpleDataSource(), new PGSimpleDataSource());
            var routed = new RoutedNode(i, node, "test", null, Choosing.DEFAULT, clock);
            nodes.add(routed);
            snapshot =
                    snapshot.with(NodeView.measured(routed, 1, 2, new ServerIdentity("7", "run " + i, "127.0.0.1", i)));
        }
        return new Outliers(slowAfter, () -> snapshot, () -> changes++);
    }

    /** How the node stands after the watch got these answers from all, again and again. */
    private Standing standing(Outliers outliers, long... millis) {
        for (int round = 0; round < 4; round++) {
            for (int i = 0; i < millis.length; i++) {
                outliers.probed(nodes.get(i), Duration.ofMillis(millis[i]).toNanos());
            }
        }
        return nodes.get(0).health().standing();
    }

    @Test
    void whatTakesFourTimesTheMedianOfTheOthersIsSlow() {
        assertThat(standing(over(null, 3), 41, 10, 300)).isEqualTo(Standing.OUT);
    }

    @Test
    void whatTakesLessThanThatIsNot() {
        assertThat(standing(over(null, 3), 39, 10, 10)).isEqualTo(Standing.IN);
    }

    @Test
    void whatIsBelow20MillisecondsIsNotHoweverFastTheOthersAre() {
        assertThat(standing(over(null, 3), 19, 1, 1)).isEqualTo(Standing.IN);
    }

    @Test
    void whatIsSlowEverywhereSaysNothingOfANode() {
        assertThat(standing(over(null, 3), 500, 500, 500)).isEqualTo(Standing.IN);
    }

    @Test
    void whoIsAloneIsNotSlowUnlessTheApplicationSaysSo() {
        assertThat(standing(over(null, 1), 900)).isEqualTo(Standing.IN);
        nodes.clear();
        snapshot = Snapshot.initial(1);
        assertThat(standing(over(Duration.ofMillis(100), 1), 100)).isEqualTo(Standing.OUT);
    }

    @Test
    void whatTheApplicationSeesIsPublishedWhenItChangesSomething() {
        Outliers outliers = over(null, 2);
        for (int i = 0; i < 20; i++) {
            outliers.served(nodes.get(1), Duration.ofMillis(5).toNanos());
            outliers.served(nodes.get(0), Duration.ofMillis(100).toNanos());
        }
        assertThat(nodes.get(0).health().standing()).isEqualTo(Standing.OUT);
        assertThat(nodes.get(1).health().standing()).isEqualTo(Standing.IN);
        assertThat(changes).isEqualTo(1);
    }
}
