package io.dbops.samples.tour;

import static java.util.stream.Collectors.joining;

import io.dbops.RoutingDecision;
import io.dbops.tx.Transactions;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** Who served how many units of work, and why: asked of the connections themselves. Not thread-safe. */
final class Served {

    private static final Comparator<RoutingDecision> BY_NODE =
            Comparator.comparing(RoutingDecision::node).thenComparing(RoutingDecision::reason);

    private final Map<RoutingDecision, Integer> counts = new TreeMap<>(BY_NODE);

    /** Reads as often as that, each time in a transaction of its own. */
    static Served reads(int times, Transactions transactions) throws SQLException {
        var served = new Served();
        for (int i = 0; i < times; i++) {
            served.counts.merge(read(transactions), 1, Integer::sum);
        }
        return served;
    }

    /** Reads once, and returns who served it. */
    static RoutingDecision read(Transactions transactions) throws SQLException {
        return transactions.read(connection -> {
            try (var statement = connection.prepareStatement("select count(*) from orders");
                    var row = statement.executeQuery()) {
                row.next();
            }
            return connection.unwrap(RoutingDecision.class);
        });
    }

    /** Inserts an order, and returns who served it. */
    static RoutingDecision write(Transactions transactions) throws SQLException {
        return transactions.write(connection -> {
            try (var statement = connection.prepareStatement("insert into orders (item) values ('a book')")) {
                statement.executeUpdate();
            }
            return connection.unwrap(RoutingDecision.class);
        });
    }

    int by(String node) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().node().equals(node))
                .mapToInt(Map.Entry::getValue)
                .sum();
    }

    /** A line for each decision. */
    String format() {
        return counts.entrySet().stream()
                .map(entry -> format(entry.getKey(), entry.getValue() + " reads"))
                .collect(joining("\n"));
    }

    static String format(RoutingDecision decision, String what) {
        return Screen.format(
                "%s  %-10s  %s", decision.node(), what, decision.reason().phrase());
    }
}
