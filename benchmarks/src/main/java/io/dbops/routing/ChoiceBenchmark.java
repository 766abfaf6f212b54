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
 * The choice of a replica alone, without a pool, and nearly always without a clock. In this package because nobody else can make it.
 */
@NullMarked
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init")
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChoiceBenchmark {

    private StubCluster cluster;
    private RouterCore core;
    private Requirement requirement;

    /** Opens a router. */
    @Setup
    public void open() {
        cluster = new StubCluster();
        core = new RouterCore(
                LagAwareRouting.within(Duration.ofSeconds(10)).options(), "choice", cluster.nodes(), null);
        core.open();
        requirement = core.currentSession().view().requirement();
    }

    /** Closes it. */
    @TearDown
    public void close() {
        core.close();
        cluster.close();
    }

    /** One of two replicas that a read of the process-wide session may go to. */
    @Benchmark
    public @Nullable Object choose() {
        Tier[] tiers = core.monitor().snapshot().freshTiers.inOrder;
        return tiers.length == 0
                ? null
                : tiers[0].choose(requirement, ThreadLocalRandom.current().nextInt(), null);
    }
}
