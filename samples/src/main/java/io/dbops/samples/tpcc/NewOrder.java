package io.dbops.samples.tpcc;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A customer orders five to fifteen items (clause 2.4). The items are taken from stock in the order in which they were
 * asked for, so that two orders may wait for each other.
 */
record NewOrder(int warehouse, int district, int customer, String request, List<Line> lines) {

    private static final BigDecimal ONE = BigDecimal.ONE;

    /** An item, whose stock is to supply it, and how many. */
    record Line(int item, int supplier, int quantity) {}

    static NewOrder draw(Scale scale, int warehouse, String request, SplittableRandom random) {
        int lines = random.nextInt(5, 16);
        boolean isToFail = random.nextInt(100) == 0;
        return new NewOrder(
                warehouse,
                Scale.district(random),
                scale.customer(random),
                request,
                IntStream.rangeClosed(1, lines)
                        .mapToObj(i -> new Line(
                                isToFail && i == lines ? scale.items() + 1 : scale.item(random),
                                random.nextInt(100) == 0 ? scale.elsewhere(warehouse, random) : warehouse,
                                random.nextInt(1, 11)))
                        .toList());
    }

    /** Returns the number of the order. */
    int place(Connection connection) throws SQLException, UnusedItemException {
        BigDecimal tax = Sql.amount(connection, "select w_tax from warehouse where w_id = ?", warehouse)
                .add(Sql.amount(
                        connection, "select d_tax from district where d_w_id = ? and d_id = ?", warehouse, district));
        BigDecimal discount = Sql.amount(
                connection,
                "select c_discount from customer where c_w_id = ? and c_d_id = ? and c_id = ?",
                warehouse,
                district,
                customer);
        BigDecimal factor = ONE.subtract(discount).multiply(ONE.add(tax));
        int order = nextNumber(connection);
        Sql.updateOne(
                connection,
                "insert into orders values (?, ?, ?, ?, current_timestamp, null, ?, ?)",
                warehouse,
                district,
                order,
                customer,
                lines.size(),
                request);
        Sql.updateOne(connection, "insert into new_order values (?, ?, ?)", warehouse, district, order);
        for (int i = 0; i < lines.size(); i++) {
            take(connection, order, i + 1, lines.get(i), factor);
        }
        return order;
    }

    private int nextNumber(Connection connection) throws SQLException {
        int order = Sql.number(
                connection,
                "select d_next_o_id from district where d_w_id = ? and d_id = ? for update",
                warehouse,
                district);
        Sql.updateOne(
                connection,
                "update district set d_next_o_id = ? where d_w_id = ? and d_id = ?",
                order + 1,
                warehouse,
                district);
        return order;
    }

    private void take(Connection connection, int order, int number, Line line, BigDecimal factor)
            throws SQLException, UnusedItemException {
        List<BigDecimal> price =
                Sql.list(connection, row -> row.getBigDecimal(1), "select i_price from item where i_id = ?", line.item);
        if (price.isEmpty()) {
            throw new UnusedItemException(line.item);
        }
        Sql.updateOne(
                connection,
                "update stock set s_quantity = case when s_quantity >= ? + 10 then s_quantity - ?"
                        + " else s_quantity - ? + 91 end, s_ytd = s_ytd + ?, s_order_cnt = s_order_cnt + 1,"
                        + " s_remote_cnt = s_remote_cnt + ? where s_w_id = ? and s_i_id = ?",
                line.quantity,
                line.quantity,
                line.quantity,
                line.quantity,
                line.supplier == warehouse ? 0 : 1,
                line.supplier,
                line.item);
        BigDecimal amount =
                price.get(0).multiply(BigDecimal.valueOf(line.quantity)).multiply(factor);
        Sql.updateOne(
                connection,
                "insert into order_line values (?, ?, ?, ?, ?, ?, null, ?, ?)",
                warehouse,
                district,
                order,
                number,
                line.item,
                line.supplier,
                line.quantity,
                amount.setScale(2, RoundingMode.HALF_UP));
    }
}
