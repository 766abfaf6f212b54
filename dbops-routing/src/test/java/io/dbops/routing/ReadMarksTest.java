package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import io.dbops.dialect.ServerIdentity;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class ReadMarksTest {

    private static final ServerIdentity FIRST_RUN = new ServerIdentity("7", "1", "", 0);
    private static final ServerIdentity SECOND_RUN = new ServerIdentity("7", "2", "", 0);

    private final RoutedNode a = node(0);
    private final RoutedNode b = node(1);
    private final ReadMarks marks = new ReadMarks();

    private static RoutedNode node(int index) {
        return new RoutedNode(
                index, Node.of("db-" + index, new PGSimpleDataSource(), new PGSimpleDataSource()), "test", null);
    }

    @Test
    void rule11_theSameRunOfAServerIsNeverBehindItself() {
        marks.read(a, FIRST_RUN, 100);
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 0)).isTrue();
        assertThat(marks.areCoveredBy(a, SECOND_RUN, 100))
                .as("a restart may go back")
                .isFalse();
        assertThat(marks.areCoveredBy(a, null, 100))
                .as("nothing is known of it")
                .isFalse();
    }

    @Test
    void rule11_aServerThatMayHaveCrashedInPlaceIsAnother() {
        a.watchedSince(50);
        marks.read(a, FIRST_RUN, 100);
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 0)).isTrue();
        a.watchedSince(150);
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 0)).isFalse();
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 101)).isTrue();
    }

    @Test
    void rule11_anotherNodeNeedsToBeAsRecentAsTheEndOfTheRead() {
        marks.read(a, FIRST_RUN, 100);
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 100)).as("strictly").isFalse();
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 101)).isTrue();
    }

    @Test
    void rule11_readsOnTwoNodesBindBoth() {
        marks.read(a, FIRST_RUN, 100);
        marks.read(b, SECOND_RUN, 200);
        marks.read(b, SECOND_RUN, 150);
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 200)).isFalse();
        assertThat(marks.areCoveredBy(a, FIRST_RUN, 201)).isTrue();
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 100)).isFalse();
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 101)).isTrue();
        assertThat(marks.lastEnded()).isEqualTo(200);
    }

    @Test
    void manyRunsAreRememberedAsOneThatIsNoneOfThem() {
        for (int i = 0; i < 100; i++) {
            marks.read(a, new ServerIdentity("7", "run " + i, "", 0), 1_000 + i);
        }
        assertThat(marks.areCoveredBy(a, new ServerIdentity("7", "run 0", "", 0), 1_000))
                .isFalse();
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 1_099)).isFalse();
        assertThat(marks.areCoveredBy(b, SECOND_RUN, 1_100)).isTrue();
    }
}
