package io.dbops.benchmarks.failover;

import static java.util.Objects.requireNonNull;

import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Kills the primary of a real cluster under steady clients, promotes a replica at once, and measures how long writes
 * fail, beside other ways to find a new primary.
 *
 * <p>In each round every contender lives through one failover, with new pools, on the same cluster, which is whole
 * again before the next. A contender that did not come back in its first two failovers is left out of the others.
 */
public final class FailoverBenchmark {

    /** So many failovers from which it did not come back are not enough to leave a contender out. */
    private static final int ONE_MORE_CHANCE = 1;

    /** The AWS wrapper logs each of its failovers, which are its answer to each failed call. */
    private static final Logger AWS = Logger.getLogger("software.amazon.jdbc");

    private final Map<Contender, List<Outcome>> outcomes = new EnumMap<>(Contender.class);
    private final Map<Contender, String> leftOut = new EnumMap<>(Contender.class);

    private FailoverBenchmark() {
        for (Contender contender : Contender.values()) {
            outcomes.put(contender, new ArrayList<>());
        }
    }

    /**
     * Runs it; a round takes about half a minute.
     *
     * @param arguments the number of rounds, 20 if left out; then the contenders by name, all if left out
     * @throws Exception if the cluster fails
     */
    public static void main(String[] arguments) throws Exception {
        AWS.setLevel(Level.OFF);
        int rounds = arguments.length == 0 ? 20 : Integer.parseInt(arguments[0]);
        List<Contender> contenders = arguments.length < 2
                ? List.of(Contender.values())
                : Arrays.stream(arguments).skip(1).map(Contender::valueOf).toList();
        var benchmark = new FailoverBenchmark();
        try (var cluster = EmbeddedCluster.start(2)) {
            System.out.println(cluster + ", JDK " + Runtime.version() + ", "
                    + Runtime.getRuntime().availableProcessors() + " processors");
            for (int round = 1; round <= rounds; round++) {
                for (Contender contender : contenders) {
                    benchmark.run(new Round(cluster), contender, round, rounds);
                }
            }
        }
        Report.print(benchmark.outcomes, benchmark.leftOut);
    }

    private void run(Round round, Contender contender, int number, int rounds) throws Exception {
        List<Outcome> all = requireNonNull(outcomes.get(contender));
        if (leftOut.containsKey(contender) && all.size() != ONE_MORE_CHANCE) {
            return;
        }
        Outcome outcome;
        try {
            outcome = round.run(contender);
        } catch (SQLException | IllegalStateException e) {
            leftOut.put(contender, e.toString());
            return;
        }
        all.add(outcome);
        Report.progress(number, rounds, contender, outcome);
        if (all.stream().noneMatch(one -> one.lastWriter().isPresent())) {
            leftOut.put(contender, "its writers did not come back; the last failure was " + outcome.lastFailure());
        } else {
            leftOut.remove(contender);
        }
    }
}
