package io.dbops.routing;

import io.dbops.benchmarks.StubCluster;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The choice of a replica alone, without a clock and without a pool. In this package because nobody else can make it.
 */
@NullMarked
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChoiceBenchmark {

    private StubCluster cluster;
    private RouterCore core;
    private SessionState session;
    private long bound;

    /** Opens a router. */
    @Setup
    public void open() {
        cluster = new StubCluster();
        core = new RouterCore(
                LagAwareRouting.within(Duration.ofSeconds(10)), "choice", cluster.nodes(), null, SystemClock.INSTANCE);
        core.open();
        session = core.currentSession();
        bound = core.sampling().maxStaleness().toNanos();
    }

    /** Closes it. */
    @TearDown
    public void close() {
        core.close();
        cluster.close();
    }

    /** One of two replicas that a read of the process-wide session may go to: the rules of {@link SessionView}. */
    @Benchmark
    public @Nullable Object choose() {
        NodeView[] candidates = core.monitor().snapshot().fresh;
        int count = candidates.length;
        int start = count <= 1 ? 0 : ThreadLocalRandom.current().nextInt(count);
        for (int i = 0; i < count; i++) {
            int at = start + i;
            NodeView candidate = candidates[at < count ? at : at - count];
            if (candidate.staleness() <= bound
                    && !session.hasUnsettledWrites()
                    && session.isCoveredBy(candidate.freshAsOf)) {
                return candidate;
            }
        }
        return null;
    }
}
