package io.dbops.benchmarks;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs all benchmarks in rounds, every contender once a round in a JVM of its own, and prints what they cost beside
 * HikariCP in the same run.
 *
 * <p>Rounds, so that a time in which the machine is busy with something else touches all contenders alike. The figure
 * to read is the ratio.
 */
public final class Comparison {

    private static final int[] THREADS = {1, 8};
    private static final int[] PEER_THREADS = {1, 2, 8};
    private static final int WARMUPS = 3;
    /** For those that take tens of times as much code. */
    private static final int LONG_WARMUPS = 24;

    private static final int ITERATIONS = 5;
    private static final TimeValue WARMUP = TimeValue.milliseconds(500);
    private static final TimeValue ITERATION = TimeValue.milliseconds(200);

    /** Else the AWS wrapper keeps a record of each setReadOnly for a minute: at this rate that fills the heap. */
    private static final String WITHOUT_AWS_EVENTS = "-Daws.jdbc.config.exception.context.enabled=false";

    private static final Contender[] USUAL = Arrays.stream(Contender.values())
            .filter(contender -> contender != Contender.AWS_SRW)
            .toArray(Contender[]::new);

    private final Map<Case, List<Figures>> measured = new LinkedHashMap<>();

    private Comparison() {}

    /** What is measured. */
    private record Case(String operation, int threads, boolean virtual, String contender) {
        String group() {
            return operation + ", " + threads + (virtual ? " virtual" : "") + (threads == 1 ? " thread" : " threads");
        }
    }

    /** One iteration: elapsed and processor time of an operation in nanoseconds, and the bytes it allocates. */
    private record Figures(double elapsed, double cpu, double bytes) {
        static Figures of(IterationResult iteration) {
            return new Figures(
                    iteration.getPrimaryResult().getScore(),
                    secondary(iteration, CpuTime.LABEL),
                    secondary(iteration, "gc.alloc.rate.norm"));
        }

        private static double secondary(IterationResult iteration, String label) {
            return requireNonNull(iteration.getSecondaryResults().get(label), label)
                    .getScore();
        }
    }

    /**
     * Runs the comparison, in about five minutes; with more peers and kinds of threads up to a quarter of an hour a round.
     *
     * @param arguments the number of rounds, two if left out; then {@code peers} for the query alone, beside more peers
     *     and on virtual threads too where the JDK has them
     * @throws RunnerException if a benchmark fails, for example because dbops did not serve from replicas
     */
    public static void main(String[] arguments) throws RunnerException {
        int rounds = arguments.length == 0 ? 2 : Integer.parseInt(arguments[0]);
        boolean peers = arguments.length > 1 && arguments[1].equals("peers");
        var comparison = new Comparison();
        for (int round = 1; round <= rounds; round++) {
            System.out.printf(Locale.ROOT, "round %d of %d%n", round, rounds);
            if (peers) {
                comparison.peerRound();
            } else {
                comparison.round();
            }
        }
        comparison.print();
    }

    private void round() throws RunnerException {
        for (int threads : THREADS) {
            run(threads, "RoutingBenchmark.query$", USUAL);
            run(threads, "RoutingBenchmark.undeclaredQuery$", Contender.HIKARI);
        }
        run(1, "RoutingBenchmark.checkout$", USUAL);
        run(1, "ChoiceBenchmark.choose$", Contender.DBOPS);
        run(1, "ClockBenchmark.nanoTime$", Contender.HIKARI);
    }

    private void peerRound() throws RunnerException {
        for (boolean virtual : Runtime.version().feature() < 21 ? new boolean[] {false} : new boolean[] {false, true}) {
            for (int threads : PEER_THREADS) {
                System.out.printf("%d %s%n", threads, virtual ? "virtual" : "platform");
                run(threads, virtual, WARMUPS, "RoutingBenchmark.query$", USUAL);
                run(threads, virtual, LONG_WARMUPS, "RoutingBenchmark.query$", Contender.AWS_SRW);
                run(threads, virtual, LONG_WARMUPS, "H2Benchmark.query$", H2Contender.values());
            }
        }
    }

    private void run(int threads, String operation, Contender... contenders) throws RunnerException {
        run(threads, false, WARMUPS, operation, contenders);
    }

    private void run(int threads, boolean virtual, int warmups, String operation, Enum<?>... contenders)
            throws RunnerException {
        var options = new OptionsBuilder()
                .include(operation)
                .param("contender", Arrays.stream(contenders).map(Enum::name).toArray(String[]::new))
                .threads(threads)
                .forks(1)
                .warmupIterations(warmups)
                .warmupTime(WARMUP)
                .measurementIterations(ITERATIONS)
                .measurementTime(ITERATION)
                // Compiled before it goes on: eight threads on two processors would leave the JIT no time for it.
                .jvmArgs(
                        "-Xbatch",
                        "-Djmh.executor=" + (virtual ? "VIRTUAL" : "PLATFORM"),
                        // A stub never blocks. With fewer carriers than threads some would wait for ever.
                        "-Djdk.virtualThreadScheduler.parallelism=" + threads,
                        WITHOUT_AWS_EVENTS)
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTime.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        for (RunResult result : new Runner(options).run()) {
            note(threads, virtual, result);
        }
    }

    private void note(int threads, boolean virtual, RunResult result) {
        String name = result.getParams().getParam("contender");
        String benchmark = result.getParams().getBenchmark();
        boolean h2 = benchmark.contains("H2Benchmark");
        var measuredCase = new Case(
                benchmark.substring(benchmark.lastIndexOf('.') + 1) + (h2 ? " on H2" : ""),
                threads,
                virtual,
                h2
                        ? H2Contender.valueOf(name).title()
                        : name == null ? "alone" : Contender.valueOf(name).title());
        List<Figures> figures = measured.computeIfAbsent(measuredCase, key -> new ArrayList<>());
        for (BenchmarkResult fork : result.getBenchmarkResults()) {
            fork.getIterationResults().forEach(iteration -> figures.add(Figures.of(iteration)));
        }
    }

    private void print() {
        System.out.printf(
                Locale.ROOT,
                "%nJDK %s, %d processors; ns and bytes an operation; best and median of %d iterations in %d JVMs%n",
                Runtime.version(),
                Runtime.getRuntime().availableProcessors(),
                measured.values().iterator().next().size(),
                measured.values().iterator().next().size() / ITERATIONS);
        String heading = "";
        for (Map.Entry<Case, List<Figures>> entry : measured.entrySet()) {
            Case which = entry.getKey();
            String group = which.group();
            if (!group.equals(heading)) {
                heading = group;
                System.out.printf(
                        "%n%-38s %8s %8s %8s %6s %6s %6s%n",
                        group, "cpu best", "cpu med", "elapsed", "bytes", "x best", "x med");
            }
            print(which, entry.getValue());
        }
    }

    private void print(Case which, List<Figures> figures) {
        List<Figures> baseline =
                measured.get(new Case(which.operation, which.threads, which.virtual, Contender.HIKARI.title()));
        double best = best(figures);
        double median = median(figures, Figures::cpu);
        System.out.printf(
                Locale.ROOT,
                "%-38s %8.1f %8.1f %8.1f %6.0f",
                which.contender,
                best,
                median,
                median(figures, Figures::elapsed),
                median(figures, Figures::bytes));
        if (baseline != null) {
            System.out.printf(
                    Locale.ROOT, " %6.2f %6.2f", best / best(baseline), median / median(baseline, Figures::cpu));
        }
        System.out.println();
    }

    private static double best(Collection<Figures> figures) {
        return figures.stream().mapToDouble(Figures::cpu).min().orElseThrow();
    }

    private static double median(List<Figures> figures, ToDoubleFunction<Figures> figure) {
        List<Figures> sorted =
                figures.stream().sorted(Comparator.comparingDouble(figure)).toList();
        return figure.applyAsDouble(sorted.get(sorted.size() / 2));
    }
}
