package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.SQLException;

/** A customer asks for the own last order (clause 2.6). */
record OrderStatus(int warehouse, int district, int customer) {

    /** The order, how many lines it is to have, and how many it has. */
    record Seen(int order, int lines, int found) {

        boolean isWhole() {
            return lines == found;
        }
    }

    Seen look(Connection connection) throws SQLException {
        int order = Sql.number(
                connection,
                "select max(o_id) from orders where o_w_id = ? and o_d_id = ? and o_c_id = ?",
                warehouse,
                district,
                customer);
        int lines = Sql.number(
                connection,
                "select o_ol_cnt from orders where o_w_id = ? and o_d_id = ? and o_id = ?",
                warehouse,
                district,
                order);
        int found = Sql.list(
                        connection,
                        row -> row.getBigDecimal("ol_amount"),
                        "select ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_delivery_d from order_line"
                                + " where ol_w_id = ? and ol_d_id = ? and ol_o_id = ?",
                        warehouse,
                        district,
                        order)
                .size();
        return new Seen(order, lines, found);
    }
}
