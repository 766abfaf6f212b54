package io.dbops.samples.tpcc;

import io.dbops.retry.RetryEvent;
import io.dbops.retry.RetryListener;
import io.dbops.tx.CommitOutcome;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what became of transactions, and what was done to bring them through. Safe for use by several threads. */
final class Tally implements RetryListener {

    private final Map<String, LongAdder> fates = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> retries = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> resolved = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    /** Of the unit that the thread runs: whether its commit counts though no standby had it. */
    private final ThreadLocal<Boolean> unreplicated = ThreadLocal.withInitial(() -> false);

    /** A unit begins on this thread. */
    void begin() {
        unreplicated.set(false);
    }

    /** Whether what was committed on this thread may be lost by a failover. */
    boolean mayBeLost() {
        return unreplicated.get();
    }

    void ended(Kind kind, Fate fate) {
        count(fates, kind + " " + fate);
    }

    void failed(SQLException failure) {
        count(failures, failure.getClass().getSimpleName() + " " + failure.getSQLState());
    }

    @Override
    public void on(RetryEvent event) {
        if (event instanceof RetryEvent.Retried retried) {
            count(retries, words(retried.diagnosis().errorClass().name()));
        } else if (event instanceof RetryEvent.Resolved found) {
            count(resolved, words(found.outcome().getClass().getSimpleName()));
            unreplicated.set(found.outcome() instanceof CommitOutcome.CommittedNotReplicated);
        } else if (event instanceof RetryEvent.NotReplicated) {
            count(resolved, "acknowledged without a standby");
            unreplicated.set(true);
        }
    }

    /** Of an enum's constant or of a class, as a reader would write it. */
    private static String words(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1 $2").replace('_', ' ').toLowerCase(Locale.ROOT);
    }

    private static void count(Map<String, LongAdder> counts, String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    long of(Kind kind, Fate fate) {
        LongAdder count = fates.get(kind + " " + fate);
        return count == null ? 0 : count.sum();
    }

    /** How often units were run again, by what they failed of. */
    Map<String, Long> retries() {
        return sums(retries);
    }

    /** What was found out about commits that had no answer. */
    Map<String, Long> resolved() {
        return sums(resolved);
    }

    /** What units failed of in the end, by exception and SQLState. */
    Map<String, Long> failures() {
        return sums(failures);
    }

    private static Map<String, Long> sums(Map<String, LongAdder> counts) {
        var sums = new TreeMap<String, Long>();
        counts.forEach((what, count) -> sums.put(what, count.sum()));
        return sums;
    }
}
