package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** How many of the items that were ordered last run short (clause 2.8). */
record StockLevel(int warehouse, int district, int threshold) {

    private static final int LAST_ORDERS = 20;

    static StockLevel draw(int warehouse, SplittableRandom random) {
        return new StockLevel(warehouse, Scale.district(random), random.nextInt(10, 21));
    }

    int look(Connection connection) throws SQLException {
        int next = Sql.number(
                connection, "select d_next_o_id from district where d_w_id = ? and d_id = ?", warehouse, district);
        return Sql.number(
                connection,
                "select count(distinct s_i_id) from order_line join stock on s_w_id = ol_w_id and s_i_id = ol_i_id"
                        + " where ol_w_id = ? and ol_d_id = ? and ol_o_id >= ? and ol_o_id < ? and s_quantity < ?",
                warehouse,
                district,
                next - LAST_ORDERS,
                next,
                threshold);
    }
}
