package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;

final class ClusterExtensionTest {
    private static final List<EmbeddedCluster> SEEN = new CopyOnWriteArrayList<>();

    @Test
    void oneClusterServesTheClassAndItsNestedClassesAndIsClosedAfterwards() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Annotated.class))
                .execute()
                .testEvents()
                .assertStatistics(statistics -> statistics.started(3).succeeded(3));

        assertThat(SEEN).hasSize(4);
        assertThat(SEEN.stream().distinct()).hasSize(1);
        assertThat(SEEN.get(0).directory()).doesNotExist();
    }

    @Test
    void settingMustBeNameAndValue() {
        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Misspelt.class))
                .execute()
                .allEvents()
                .assertThatEvents()
                .anyMatch(event -> event.toString().contains("must be written name=value"));
    }

    @DbOpsCluster(replicas = 0, settings = "work_mem = 5MB")
    static final class Annotated {
        @BeforeAll
        static void injected(EmbeddedCluster cluster) {
            SEEN.add(cluster);
        }

        @Test
        void settingIsApplied(EmbeddedCluster cluster, EmbeddedNode node) throws Exception {
            SEEN.add(cluster);
            assertThat(cluster.nodes()).containsExactly(node);
            try (var connection = node.connect();
                    var statement = connection.createStatement();
                    var row = statement.executeQuery("SHOW work_mem")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("5MB");
            }
        }

        @Nested
        final class Inner {
            @Test
            void seesTheSameCluster(EmbeddedCluster cluster) {
                SEEN.add(cluster);
            }

            @Test
            void seesItAgain(EmbeddedCluster cluster) {
                SEEN.add(cluster);
            }
        }
    }

    @DbOpsCluster(settings = "work_mem")
    static final class Misspelt {
        @Test
        void doesNotGetHere() {}
    }
}
