package io.dbops.routing.torture;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** The result of a run, for people. */
final class Summary {

    private final StringBuilder text = new StringBuilder();

    static String of(Verdict verdict, Nemesis nemesis, long seed, Duration took) {
        var summary = new Summary();
        summary.heading("seed %d: %d operations in %d s", seed, verdict.operations, took.toSeconds());
        summary.table("operations", verdict.counts);
        summary.table("episodes", nemesis.episodes);
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
