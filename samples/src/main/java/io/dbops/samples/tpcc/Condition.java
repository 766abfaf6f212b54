package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The consistency conditions of TPC-C by the numbers of clause 3.3.2, each as a query for the rows that break it.
 *
 * <p>Condition 11 is that of a database just loaded: so many orders are delivered in each district.
 */
enum Condition {
    C1("a warehouse was paid what its districts were", "warehouse", """
            select w_id, w_ytd, sum(d_ytd) from warehouse left join district on d_w_id = w_id
            group by w_id, w_ytd having w_ytd <> coalesce(sum(d_ytd), 0)"""),

    C2("the next order follows the newest, delivered or not", "district", """
            select d_w_id, d_id, d_next_o_id, newest, waiting from district
            left join (select o_w_id, o_d_id, max(o_id) as newest from orders group by o_w_id, o_d_id) o
                on o_w_id = d_w_id and o_d_id = d_id
            left join (select no_w_id, no_d_id, max(no_o_id) as waiting from new_order group by no_w_id, no_d_id) n
                on no_w_id = d_w_id and no_d_id = d_id
            where newest is null or d_next_o_id - 1 <> newest or waiting <> newest"""),

    C3("no order was left out by a delivery", "new_order", """
            select no_w_id, no_d_id, min(no_o_id), max(no_o_id), count(*) from new_order
            group by no_w_id, no_d_id having max(no_o_id) - min(no_o_id) + 1 <> count(*)"""),

    C4("a district has as many lines as its orders say", "district", """
            select d_w_id, d_id, said, found from district
            left join (select o_w_id, o_d_id, sum(o_ol_cnt) as said from orders group by o_w_id, o_d_id) o
                on o_w_id = d_w_id and o_d_id = d_id
            left join (select ol_w_id, ol_d_id, count(*) as found from order_line group by ol_w_id, ol_d_id) l
                on ol_w_id = d_w_id and ol_d_id = d_id
            where coalesce(said, 0) <> coalesce(found, 0)"""),

    C5("an order has a carrier, or waits for one", "orders", """
            select o_w_id, o_d_id, o_id, o_carrier_id, no_o_id from orders
            left join new_order on no_w_id = o_w_id and no_d_id = o_d_id and no_o_id = o_id
            where o_carrier_id is null and no_o_id is null or o_carrier_id is not null and no_o_id is not null"""),

    C6("an order has as many lines as it says", "orders", """
            select o_w_id, o_d_id, o_id, o_ol_cnt, found from orders
            left join (select ol_w_id, ol_d_id, ol_o_id, count(*) as found from order_line
                group by ol_w_id, ol_d_id, ol_o_id) l
                on ol_w_id = o_w_id and ol_d_id = o_d_id and ol_o_id = o_id
            where o_ol_cnt <> coalesce(found, 0)"""),

    C7("a line is delivered if its order is", "order_line", """
            select ol_w_id, ol_d_id, ol_o_id, ol_number, ol_delivery_d, o_carrier_id from order_line
            left join orders on o_w_id = ol_w_id and o_d_id = ol_d_id and o_id = ol_o_id
            where o_id is null or ol_delivery_d is null and o_carrier_id is not null
                or ol_delivery_d is not null and o_carrier_id is null"""),

    C8("a warehouse was paid what the history says", "warehouse", """
            select w_id, w_ytd, paid from warehouse
            left join (select h_w_id, sum(h_amount) as paid from history group by h_w_id) h on h_w_id = w_id
            where w_ytd <> coalesce(paid, 0)"""),

    C9("a district was paid what the history says", "district", """
            select d_w_id, d_id, d_ytd, paid from district
            left join (select h_w_id, h_d_id, sum(h_amount) as paid from history group by h_w_id, h_d_id) h
                on h_w_id = d_w_id and h_d_id = d_id
            where d_ytd <> coalesce(paid, 0)"""),

    C10("a customer owes what was delivered and not paid", "customer", """
            select c_w_id, c_d_id, c_id, c_balance, delivered, paid from customer
            left join (select o_w_id, o_d_id, o_c_id, sum(ol_amount) as delivered from orders
                join order_line on ol_w_id = o_w_id and ol_d_id = o_d_id and ol_o_id = o_id
                where ol_delivery_d is not null group by o_w_id, o_d_id, o_c_id) o
                on o_w_id = c_w_id and o_d_id = c_d_id and o_c_id = c_id
            left join (select h_c_w_id, h_c_d_id, h_c_id, sum(h_amount) as paid from history
                group by h_c_w_id, h_c_d_id, h_c_id) h
                on h_c_w_id = c_w_id and h_c_d_id = c_d_id and h_c_id = c_id
            where c_balance <> coalesce(delivered, 0) - coalesce(paid, 0)"""),

    C12("a customer owes what was delivered, less the sum of the payments", "customer", """
            select c_w_id, c_d_id, c_id, c_balance, c_ytd_payment, delivered from customer
            left join (select o_w_id, o_d_id, o_c_id, sum(ol_amount) as delivered from orders
                join order_line on ol_w_id = o_w_id and ol_d_id = o_d_id and ol_o_id = o_id
                where ol_delivery_d is not null group by o_w_id, o_d_id, o_c_id) o
                on o_w_id = c_w_id and o_d_id = c_d_id and o_c_id = c_id
            where c_balance + c_ytd_payment <> coalesce(delivered, 0)""");

    private final String says;
    private final String table;
    private final String violations;

    Condition(String says, String table, String violations) {
        this.says = says;
        this.table = table;
        this.violations = violations;
    }

    Finding check(Connection connection) throws SQLException {
        return new Finding(
                "%2s  %s".formatted(name().substring(1), says),
                Sql.number(connection, "select count(*) from " + table),
                Sql.list(connection, Condition::text, violations));
    }

    private static String text(ResultSet row) throws SQLException {
        var text = new StringBuilder();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            text.append(i == 1 ? "" : ", ")
                    .append(row.getMetaData().getColumnLabel(i))
                    .append(' ')
                    .append(row.getString(i));
        }
        return text.toString();
    }
}
