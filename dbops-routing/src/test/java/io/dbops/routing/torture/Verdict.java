package io.dbops.routing.torture;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the checker found: counts of everything, and the first violations in full. */
final class Verdict {

    private static final int SHOWN = 5;

    final Map<Rule, Long> violations = new EnumMap<>(Rule.class);
    final Map<Excused, Long> excused = new EnumMap<>(Excused.class);
    /** Operations by a name, such as their level or node. */
    final Map<String, Long> counts = new TreeMap<>();

    final List<String> shown = new ArrayList<>();
    long operations;
    long healthyReads;
    long healthyReplicaReads;
    long healthyFailures;

    void violated(Rule rule, String what) {
        long before = violations.getOrDefault(rule, 0L);
        violations.put(rule, before + 1);
        if (before < SHOWN) {
            shown.add(rule + ": " + what);
        }
    }

    void excuse(Excused why) {
        excused.merge(why, 1L, Long::sum);
    }

    void count(String name) {
        counts.merge(name, 1L, Long::sum);
    }

    /** The share of reads that a replica could have served and did, while all was well. */
    double replicaShare() {
        return healthyReads == 0 ? Double.NaN : (double) healthyReplicaReads / healthyReads;
    }

    boolean isClean() {
        return violations.isEmpty();
    }
}
