package io.dbops.samples.tpcc;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** Fills the tables as TPC-C has them at first (clause 4.3.3.1), in the size that is asked for. */
final class Loader {

    /** The request of what was there before anybody asked for anything. */
    static final String LOADED = "loaded";

    private static final BigDecimal FIRST_PAYMENT = new BigDecimal("10.00");
    private static final String NOW = "current_timestamp";

    private final Connection connection;
    private final Scale scale;
    private final SplittableRandom random;

    private Loader(Connection connection, Scale scale, SplittableRandom random) {
        this.connection = connection;
        this.scale = scale;
        this.random = random;
    }

    static void load(Connection connection, Scale scale, SplittableRandom random) throws SQLException {
        var loader = new Loader(connection, scale, random);
        connection.setAutoCommit(false);
        loader.items();
        for (int warehouse = 1; warehouse <= scale.warehouses(); warehouse++) {
            loader.warehouse(warehouse);
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private void items() throws SQLException {
        insert("item values (?, ?)", scale.items(), i -> new Object[] {i, cents(100, 10_000)});
    }

    private void warehouse(int w) throws SQLException {
        BigDecimal paid = FIRST_PAYMENT.multiply(BigDecimal.valueOf(scale.customers()));
        BigDecimal paidInAll = paid.multiply(BigDecimal.valueOf(Scale.DISTRICTS));
        int next = scale.customers() + 1;
        insert("warehouse values (?, ?, ?)", 1, i -> new Object[] {w, share(), paidInAll});
        insert("stock values (?, ?, ?, 0, 0, 0)", scale.items(), i -> new Object[] {w, i, random.nextInt(10, 101)});
        insert("district values (?, ?, ?, ?, ?)", Scale.DISTRICTS, d -> new Object[] {w, d, share(), paid, next});
        for (int d = 1; d <= Scale.DISTRICTS; d++) {
            customers(w, d);
            orders(w, d);
        }
    }

    private void customers(int w, int d) throws SQLException {
        BigDecimal owing = FIRST_PAYMENT.negate();
        insert("customer values (?, ?, ?, ?, ?, ?, 1, 0)", scale.customers(), c ->
                new Object[] {w, d, c, share(), owing, FIRST_PAYMENT});
        insert("history values (?, ?, ?, ?, ?, " + NOW + ", ?, ?)", scale.customers(), c ->
                new Object[] {w, d, c, w, d, FIRST_PAYMENT, LOADED});
    }

    /** One for each customer; of those that are delivered nothing is to be paid. */
    private void orders(int w, int d) throws SQLException {
        int delivered = scale.customers() - scale.undelivered();
        for (int o = 1; o <= scale.customers(); o++) {
            int order = o;
            int lines = random.nextInt(5, 16);
            boolean isDelivered = o <= delivered;
            String carrier = isDelivered ? "1" : "null";
            insert("orders values (?, ?, ?, ?, " + NOW + ", " + carrier + ", ?, ?)", 1, i ->
                    new Object[] {w, d, order, order, lines, LOADED});
            insert(
                    "order_line values (?, ?, ?, ?, ?, ?, " + (isDelivered ? NOW : "null") + ", 5, ?)",
                    lines,
                    i -> new Object[] {
                        w, d, order, i, scale.item(random), w, isDelivered ? cents(0, 1) : cents(1, 1_000_000)
                    });
        }
        insert("new_order values (?, ?, ?)", scale.undelivered(), i -> new Object[] {w, d, delivered + i});
    }

    /** The arguments of one row. */
    @FunctionalInterface
    private interface Arguments {
        Object[] ofRow(int number);
    }

    private void insert(String into, int rows, Arguments arguments) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into " + into)) {
            for (int i = 1; i <= rows; i++) {
                Sql.set(insert, arguments.ofRow(i));
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private BigDecimal cents(int from, int to) {
        return BigDecimal.valueOf(random.nextInt(from, to), 2);
    }

    private BigDecimal share() {
        return BigDecimal.valueOf(random.nextInt(2_001), 4);
    }
}
