package io.dbops.benchmarks.failover;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/** Prints outcomes: a line a failover as it happens, and tables of median and worst at the end. */
final class Report {

    private static final String NEVER = "never";

    private Report() {}

    static void progress(int round, int rounds, Contender contender, Outcome outcome) {
        System.out.printf(
                Locale.ROOT,
                "round %2d of %d  %-32s %6s ms after the kill, %6s ms after the promotion; failed: %d writes, %d reads%n",
                round,
                rounds,
                contender.title(),
                millis(outcome.firstWrite()),
                millis(outcome.afterPromotion()),
                Outcome.total(outcome.failedWrites()),
                Outcome.total(outcome.failedReads()));
    }

    static void print(Map<Contender, List<Outcome>> outcomes, Map<Contender, String> leftOut) {
        System.out.printf(
                "%n%-32s %6s | %15s | %15s | %15s | %15s%n",
                "ms, median / worst", "rounds", "kill to 1st", "promotion to 1st", "kill to last", "longest write");
        outcomes.forEach((contender, of) -> {
            if (!of.isEmpty()) {
                System.out.printf(
                        "%-32s %6d | %15s | %16s | %15s | %15s%n",
                        contender.title(),
                        of.size(),
                        pair(of, Outcome::firstWrite),
                        pair(of, Outcome::afterPromotion),
                        pair(of, Outcome::lastWriter),
                        pair(of, outcome -> OptionalLong.of(outcome.longestWrite())));
            }
        });
        System.out.printf(
                "%n%-32s %15s | %15s | %15s | %6s%n",
                "a round, median / worst", "failed writes", "failed reads", "ms without read", "lost");
        outcomes.forEach((contender, of) -> {
            if (!of.isEmpty()) {
                System.out.printf(
                        "%-32s %15s | %15s | %15s | %6d%n",
                        contender.title(),
                        counts(of, outcome -> Outcome.total(outcome.failedWrites())),
                        counts(of, outcome -> Outcome.total(outcome.failedReads())),
                        pair(of, outcome -> OptionalLong.of(outcome.readGap())),
                        of.stream().mapToLong(Outcome::lost).sum());
            }
        });
        System.out.printf("%nfailed calls of all rounds by SQLState%n");
        outcomes.forEach((contender, of) -> {
            if (!of.isEmpty()) {
                System.out.printf(
                        "%-32s writes %s, reads %s%n",
                        contender.title(), sum(of, Outcome::failedWrites), sum(of, Outcome::failedReads));
            }
        });
        leftOut.forEach(
                (contender, why) -> System.out.printf("%n%s does not work here:%n  %s%n", contender.title(), why));
    }

    /** Median and worst; who never came back is worse than everybody. */
    private static String pair(List<Outcome> of, Function<Outcome, OptionalLong> time) {
        long[] sorted = of.stream()
                .mapToLong(outcome -> time.apply(outcome).orElse(Long.MAX_VALUE))
                .sorted()
                .toArray();
        return millis(sorted[sorted.length / 2]) + " / " + millis(sorted[sorted.length - 1]);
    }

    private static String counts(List<Outcome> of, ToLongFunction<Outcome> count) {
        long[] sorted = of.stream().mapToLong(count).sorted().toArray();
        return sorted[sorted.length / 2] + " / " + sorted[sorted.length - 1];
    }

    private static Map<String, Integer> sum(List<Outcome> of, Function<Outcome, Map<String, Integer>> failures) {
        return of.stream()
                .flatMap(outcome -> failures.apply(outcome).entrySet().stream())
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum, TreeMap::new));
    }

    private static String millis(OptionalLong nanos) {
        return millis(nanos.orElse(Long.MAX_VALUE));
    }

    private static String millis(long nanos) {
        return nanos == Long.MAX_VALUE ? NEVER : String.valueOf(Math.round(nanos / 1e6));
    }
}
