package io.dbops.pool.torture;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** How soon after each kind of event shares were fair, and connections were on all of them. Belongs to one thread. */
final class Tally {

    private final Map<String, List<Long>> fair = new TreeMap<>();
    private final Map<String, List<Long>> full = new TreeMap<>();

    void add(String kind, long nanosToFair, long nanosToFull) {
        fair.computeIfAbsent(kind, added -> new ArrayList<>()).add(nanosToFair);
        full.computeIfAbsent(kind, added -> new ArrayList<>()).add(nanosToFull);
    }

    int events() {
        return fair.values().stream().mapToInt(List::size).sum();
    }

    private static String figures(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        return String.format(
                Locale.ROOT, "%6.1f %6.1f", sorted.get(sorted.size() / 2) / 1e9, sorted.get(sorted.size() - 1) / 1e9);
    }

    /** A table of seconds. */
    @Override
    public String toString() {
        var table = new StringBuilder(String.format(
                Locale.ROOT, "  %-28s %5s  %-13s  %-13s%n", "event", "times", "fair p50  max", "full p50  max"));
        fair.forEach((kind, nanos) -> table.append(String.format(
                Locale.ROOT, "  %-28s %5d  %s  %s%n", kind, nanos.size(), figures(nanos), figures(full.get(kind)))));
        return table.toString();
    }
}
