package io.dbops.benchmarks.failover;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one failover looked like to its clients. All times are in nanoseconds.
 *
 * @param promotion from the kill until the new primary took writes
 * @param firstWrite from the kill until the first write returned from the new primary; empty if none did
 * @param lastWriter from the kill until every writer had one return; empty if one had not
 * @param longestWrite the longest that a write took, to fail or to succeed
 * @param readGap the longest time from one read that returned to the next, of all readers together
 * @param failedWrites by SQLState
 * @param failedReads by SQLState
 * @param lost writes that returned and are not there
 * @param lastFailure of the writes; empty if none failed
 */
record Outcome(
        long promotion,
        OptionalLong firstWrite,
        OptionalLong lastWriter,
        long longestWrite,
        long readGap,
        Map<String, Integer> failedWrites,
        Map<String, Integer> failedReads,
        long lost,
        String lastFailure) {

    /**
     * Of clients that have ended.
     *
     * @param killed the instant before the kill
     * @param promoted the instant at which the new primary took writes
     * @param port the new primary's
     * @param present what it has of what was written
     */
    static Outcome of(Clients clients, long killed, long promoted, int port, Set<Long> present) {
        List<Call> writes = clients.writes();
        var firsts = new ArrayList<Long>();
        for (int i = 0; i < Clients.OF_EACH_KIND; i++) {
            int client = i;
            writes.stream()
                    .filter(call -> call.client() == client && call.port() == port)
                    .mapToLong(call -> call.end() - killed)
                    .min()
                    .ifPresent(firsts::add);
        }
        var all = firsts.stream().mapToLong(Long::longValue).summaryStatistics();
        return new Outcome(
                promoted - killed,
                firsts.isEmpty() ? OptionalLong.empty() : OptionalLong.of(all.getMin()),
                firsts.size() < Clients.OF_EACH_KIND ? OptionalLong.empty() : OptionalLong.of(all.getMax()),
                writes.stream().mapToLong(Call::nanos).max().orElse(0),
                longestGap(clients.reads()),
                failures(writes),
                failures(clients.reads()),
                writes.stream()
                        .filter(call -> call.succeeded() && !present.contains(call.id()))
                        .count(),
                lastFailure(writes));
    }

    private static long longestGap(List<Call> reads) {
        long[] ends = reads.stream()
                .filter(Call::succeeded)
                .mapToLong(Call::end)
                .sorted()
                .toArray();
        long longest = 0;
        for (int i = 1; i < ends.length; i++) {
            longest = Math.max(longest, ends[i] - ends[i - 1]);
        }
        return longest;
    }

    private static Map<String, Integer> failures(List<Call> calls) {
        var byState = new TreeMap<String, Integer>();
        calls.stream()
                .flatMap(call -> Stream.ofNullable(call.error()))
                .forEach(failure -> byState.merge(failure.sqlState(), 1, Integer::sum));
        return byState;
    }

    static String lastFailure(List<Call> calls) {
        return calls.stream()
                .flatMap(call -> Stream.ofNullable(call.error()))
                .reduce((first, second) -> second)
                .map(failure -> failure.sqlState() + ": " + failure.message())
                .orElse("");
    }

    /** From the promotion until the first write returned. */
    OptionalLong afterPromotion() {
        return firstWrite.isPresent() ? OptionalLong.of(firstWrite.getAsLong() - promotion) : OptionalLong.empty();
    }

    static int total(Map<String, Integer> failures) {
        return failures.values().stream().mapToInt(Integer::intValue).sum();
    }
}
