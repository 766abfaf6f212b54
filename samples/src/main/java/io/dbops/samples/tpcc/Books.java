package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * All that the clients know.
 *
 * @param tally counts of everything
 * @param orders which orders they were told of
 * @param payments which payments they were told of
 * @param reads what they saw
 */
record Books(Tally tally, Ledger orders, Ledger payments, Reads reads) {

    static Books empty() {
        return new Books(new Tally(), Ledger.ofOrders(), Ledger.ofPayments(), new Reads());
    }

    /** Holds what is in the database against the conditions of TPC-C, and against what the clients were told. */
    List<Finding> check(Connection connection) throws SQLException {
        var findings = new ArrayList<Finding>();
        for (Condition condition : Condition.values()) {
            findings.add(condition.check(connection));
        }
        findings.addAll(orders.check(connection));
        findings.addAll(payments.check(connection));
        findings.add(reads.check());
        return findings;
    }
}
