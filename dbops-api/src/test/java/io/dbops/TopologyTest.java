package io.dbops;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.dialect.Role;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyTest {

    private static Freshness known(long millis) {
        return new Freshness.Known(Duration.ofMillis(millis));
    }

    @Test
    void aTableOfAClusterThatIsWell() {
        var topology = new Topology(
                3,
                Optional.empty(),
                List.of(
                        new NodeStatus("db-1", Role.PRIMARY, known(0), 1_234, false),
                        new NodeStatus("db-2", Role.REPLICA, known(240), 98_765_432, false),
                        new NodeStatus("db-3", Role.REPLICA, known(1_023), 0, true)));
        assertThat(topology.format()).isEqualTo("""
                epoch 3, primary db-1
                node  role        served  behind by at most
                db-1  primary       1234  -
                db-2  replica   98765432  240 ms
                db-3  replica          0  drained; 1023 ms""");
    }

    @Test
    void aTableOfAClusterInTrouble() {
        String why = "orders-2 takes writes, but orders-1 is not known to have stopped";
        var topology = new Topology(
                12,
                Optional.of(why),
                List.of(
                        new NodeStatus("orders-1", Role.UNKNOWN, new Freshness.Unknown(why), 4, false),
                        new NodeStatus(
                                "orders-2",
                                Role.UNKNOWN,
                                new Freshness.Unknown(
                                        "it takes writes, but is left alone: orders-1 is not known to have"
                                                + " stopped"),
                                0,
                                false),
                        new NodeStatus(
                                "orders-3",
                                Role.REPLICA,
                                new Freshness.Unknown("its timeline is hidden: grant pg_monitor to app"),
                                0,
                                true),
                        new NodeStatus(
                                "x",
                                Role.UNKNOWN,
                                new Freshness.Unknown("it does not answer:\n  " + "-".repeat(70)),
                                0,
                                false)));
        assertThat(topology.format()).isEqualTo("""
                epoch 12, no primary: orders-2 takes writes, but orders-1 is not known to have
                          stopped
                node      role        served  behind by at most
                orders-1  unknown          4  orders-2 takes writes, but orders-1 is not known
                                              to have stopped
                orders-2  unknown          0  it takes writes, but is left alone: orders-1 is
                                              not known to have stopped
                orders-3  replica          0  drained; unknown: its timeline is hidden: grant
                                              pg_monitor to app
                x         unknown          0  it does not answer:
                                              ----------------------------------------------------------------------""");
        assertThat(topology.format().lines().limit(9))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }
}
