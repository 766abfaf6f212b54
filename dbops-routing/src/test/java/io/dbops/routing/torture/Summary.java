package io.dbops.routing.torture;

import java.util.Locale;
import java.util.Map;

/** The result of a run, for people. */
final class Summary {

    private final StringBuilder text = new StringBuilder();

    static String of(Verdict verdict) {
        var summary = new Summary();
        summary.line(verdict.operations + " operations");
        summary.table("counts", verdict.counts);
        summary.table("excused, as documented", verdict.excused);
        summary.line(String.format(
                Locale.ROOT,
                "while healthy: %.1f %% of %d reads on replicas, %d failures",
                100 * verdict.replicaShare(),
                verdict.healthyReads,
                verdict.healthyFailures));
        summary.table("violations", verdict.violations);
        verdict.shown.forEach(shown -> summary.line("  " + shown));
        return summary.text.toString();
    }

    private void line(String line) {
        text.append('\n').append(line);
    }

    private void table(String name, Map<?, ? extends Number> counts) {
        line(name + (counts.isEmpty() ? ": none" : ":"));
        counts.forEach((what, count) -> line(String.format(Locale.ROOT, "  %-60s %9d", what, count.longValue())));
    }
}
