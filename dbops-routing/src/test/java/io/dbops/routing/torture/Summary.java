package io.dbops.routing.torture;

import java.util.Locale;
import java.util.Map;

/** The result of a run, for people. */
final class Summary {

    private final StringBuilder text = new StringBuilder();

    static String of(Verdict verdict) {
        var summary = new Summary();
        summary.heading("%d operations", verdict.operations);
        summary.table("counts", verdict.counts);
        summary.table("excused, as documented", verdict.excused);
        summary.heading(
                "while healthy: %.1f %% of %d reads on replicas, %d failures",
                100 * verdict.replicaShare(), verdict.healthyReads, verdict.healthyFailures);
        summary.table("violations", verdict.violations);
        verdict.shown.forEach(shown -> summary.text.append("\n  ").append(shown));
        return summary.text.toString();
    }

    private void heading(String format, Object... values) {
        text.append('\n').append(String.format(Locale.ROOT, format, values));
    }

    private void table(String name, Map<?, ? extends Number> counts) {
        heading("%s:%s", name, counts.isEmpty() ? " none" : "");
        counts.forEach((what, count) -> heading("  %-60s %9d", what, count.longValue()));
    }
}
