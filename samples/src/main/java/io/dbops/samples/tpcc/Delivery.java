package io.dbops.samples.tpcc;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** A carrier takes the oldest order that is not delivered yet of each district (clause 2.7). */
record Delivery(int warehouse, int carrier) {

    static Delivery draw(int warehouse, SplittableRandom random) {
        return new Delivery(warehouse, random.nextInt(1, 11));
    }

    /** Returns how many orders were delivered. */
    int deliver(Connection connection) throws SQLException {
        int orders = 0;
        for (int district = 1; district <= Scale.DISTRICTS; district++) {
            OptionalInt order = takeOldest(connection, district);
            if (order.isPresent()) {
                deliver(connection, district, order.getAsInt());
                orders++;
            }
        }
        return orders;
    }

    /** Another carrier may be faster: then its order is gone, and the one after it is the oldest. */
    private OptionalInt takeOldest(Connection connection, int district) throws SQLException {
        while (true) {
            int oldest = Sql.number(
                    connection,
                    "select min(no_o_id) from new_order where no_w_id = ? and no_d_id = ?",
                    warehouse,
                    district);
            if (oldest == 0) {
                return OptionalInt.empty();
            }
            int taken = Sql.update(
                    connection,
                    "delete from new_order where no_w_id = ? and no_d_id = ? and no_o_id = ?",
                    warehouse,
                    district,
                    oldest);
            if (taken == 1) {
                return OptionalInt.of(oldest);
            }
        }
    }

    private void deliver(Connection connection, int district, int order) throws SQLException {
        String ofOrder = " where ol_w_id = ? and ol_d_id = ? and ol_o_id = ?";
        Sql.updateOne(
                connection,
                "update orders set o_carrier_id = ? where o_w_id = ? and o_d_id = ? and o_id = ?",
                carrier,
                warehouse,
                district,
                order);
        Sql.update(
                connection,
                "update order_line set ol_delivery_d = current_timestamp" + ofOrder,
                warehouse,
                district,
                order);
        BigDecimal amount =
                Sql.amount(connection, "select sum(ol_amount) from order_line" + ofOrder, warehouse, district, order);
        int customer = Sql.number(
                connection,
                "select o_c_id from orders where o_w_id = ? and o_d_id = ? and o_id = ?",
                warehouse,
                district,
                order);
        Sql.updateOne(
                connection,
                "update customer set c_balance = c_balance + ?, c_delivery_cnt = c_delivery_cnt + 1"
                        + " where c_w_id = ? and c_d_id = ? and c_id = ?",
                amount,
                warehouse,
                district,
                customer);
    }
}
