package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What the clients know of one table to which their requests add a row each, to be held against what is there. */
final class Ledger {

    private final String what;
    private final String requests;
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> unknown = ConcurrentHashMap.newKeySet();

    private Ledger(String what, String requests) {
        this.what = what;
        this.requests = requests;
    }

    static Ledger ofOrders() {
        return new Ledger("order", "select o_request from orders");
    }

    static Ledger ofPayments() {
        return new Ledger("payment", "select h_request from history");
    }

    /** Notes what a client was told. Safe for use by several threads. */
    void note(String request, Fate fate) {
        switch (fate) {
            case COMMITTED -> acknowledged.add(request);
            case UNKNOWN -> unknown.add(request);
            case ROLLED_BACK, FAILED -> {}
        }
    }

    List<Finding> check(Connection connection) throws SQLException {
        List<String> rows = Sql.list(connection, row -> row.getString(1), requests).stream()
                .filter(request -> !request.equals(Loader.LOADED))
                .toList();
        var there = new HashSet<String>();
        List<String> twice = rows.stream().filter(row -> !there.add(row)).toList();
        return List.of(
                new Finding(
                        "    each " + what + " that was acknowledged is there",
                        acknowledged.size(),
                        missing(acknowledged, there)),
                new Finding(
                        "    each " + what + " that is there was acknowledged, or reported as unknown",
                        there.size(),
                        missing(missing(there, acknowledged), unknown)),
                new Finding("    no " + what + " is there twice", rows.size(), twice));
    }

    private static List<String> missing(Collection<String> wanted, Set<String> found) {
        return wanted.stream().filter(request -> !found.contains(request)).toList();
    }
}
