package io.dbops.retry;

import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import io.dbops.tx.CommitOutcome;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whenever the network fails around a COMMIT, what is told of it is what is in the table, then and later. */
@DbOpsCluster(replicas = 0)
class CommitOutcomeTest {

    private static final int COMMITS = 40;
    private static final int LATEST_MOMENT = 40_000;
    private static final long SEED = 7;

    private static final List<Consumer<FaultProxy>> FAULTS =
            List.of(FaultProxy::reset, FaultProxy::reset, FaultProxy::drop, FaultProxy::halfOpen);

    private final EmbeddedNode primary;

    CommitOutcomeTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    private enum Told {
        ACKNOWLEDGED,
        COMMITTED,
        ROLLED_BACK
    }

    static Stream<CommitProof> proofs() {
        return Stream.of(CommitMarkers.standard(), TransactionStatus.standard());
    }

    @ParameterizedTest
    @MethodSource("proofs")
    void isTrueWheneverTheNetworkFails(CommitProof proof) throws Exception {
        asSuperuser(primary, "grant create on schema public to app");
        asApplication(primary, "create table if not exists t (n int)");
        CommitMarkers.standard().create(primary.dataSource());
        var random = new Random(SEED);
        Map<Told, Integer> counts = new EnumMap<>(Told.class);
        for (int i = 0; i < COMMITS; i++) {
            try (var lost = new LostCommit(primary, proof)) {
                // How fast a commit is differs by machine: of some it is certain that they did not happen.
                int moment = i % 5 == 0 ? LostCommit.BEFORE : random.nextInt(LATEST_MOMENT);
                Told told = commit(lost, FAULTS.get(random.nextInt(FAULTS.size())), moment);
                counts.merge(told, 1, Integer::sum);
                if (told != Told.ACKNOWLEDGED) {
                    lost.deliver();
                }
                assertThat(lost.rows(primary)).as("commit %d, %s", i, told).isEqualTo(told == Told.ROLLED_BACK ? 0 : 1);
            }
        }
        assertThat(counts).as("what happened").containsKeys(Told.COMMITTED, Told.ROLLED_BACK);
    }

    private static Told commit(LostCommit lost, Consumer<FaultProxy> fault, int moment) throws Exception {
        if (lost.commitWhile(fault, moment)) {
            return Told.ACKNOWLEDGED;
        }
        CommitOutcome outcome = lost.resolve();
        assertThat(outcome.isKnown()).as("%s", outcome).isTrue();
        return outcome.isCommitted() ? Told.COMMITTED : Told.ROLLED_BACK;
    }
}
