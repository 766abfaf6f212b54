package io.dbops.samples.tpcc;

import io.dbops.RoutingDecision;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param product what it ran on
 * @param took how long the clients worked
 * @param books what the clients know
 * @param struck how many of what a fault strikes were struck
 * @param decisions where units of work went
 * @param findings what was looked at in the end
 */
record Report(
        String product,
        Duration took,
        Books books,
        Map<String, Long> struck,
        Map<RoutingDecision, Long> decisions,
        List<Finding> findings) {

    private static final int MOST_EXAMPLES = 5;

    /** Whether every condition holds, and everything was broken before it was looked. */
    boolean holds() {
        return findings.stream().allMatch(Finding::holds) && !struck.containsValue(0L);
    }

    /** How many units of work began on a replica, those that are run again each time. */
    long onReplica() {
        return decisions.entrySet().stream()
                .filter(decision -> decision.getKey().reason().isReplica())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private long committed(Kind kind) {
        return books.tally().of(kind, Fate.COMMITTED);
    }

    void print(PrintStream out) {
        line(out, "%n%s, %.1f s", product, took.toMillis() / 1e3);
        line(out, "%n%-14s %9s %10s %12s %8s %7s", "", "a minute", "committed", "rolled back", "unknown", "failed");
        for (Kind kind : Kind.values()) {
            long committed = committed(kind);
            line(
                    out,
                    "%-14s %,9d %,10d %,12d %,8d %,7d",
                    kind.unit(),
                    committed * 60_000 / Math.max(1, took.toMillis()),
                    committed,
                    books.tally().of(kind, Fate.ROLLED_BACK),
                    books.tally().of(kind, Fate.UNKNOWN),
                    books.tally().of(kind, Fate.FAILED));
        }
        counts(out, "run again, by what they failed of", books.tally().retries());
        counts(
                out,
                "commits without an answer, by what they turned out to be",
                books.tally().resolved());
        counts(out, "units that failed in the end", books.tally().failures());
        long reads = committed(Kind.ORDER_STATUS) + committed(Kind.STOCK_LEVEL);
        counts(out, "to serve " + reads + " reads", Map.of("units of work began on a replica", onReplica()));
        counts(out, "struck by faults", struck);
        line(out, "%n%-77s %9s", "condition", "looked at");
        findings.forEach(finding -> print(out, finding));
    }

    private static void print(PrintStream out, Finding finding) {
        line(out, "%-77s %,9d  %s", finding.condition(), finding.looked(), finding.verdict());
        finding.violations().stream().limit(MOST_EXAMPLES).forEach(example -> line(out, "      %s", example));
    }

    private static void counts(PrintStream out, String what, Map<String, Long> counts) {
        line(out, "%n%s%s", what, counts.isEmpty() ? ": none" : "");
        counts.forEach((name, count) -> line(out, "%,9d  %s", count, name));
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private static void line(PrintStream out, String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
