package io.dbops.samples.tpcc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The nine tables of TPC-C, without the columns that only fill space. What a client asks for has a number of its own,
 * in {@code o_request} and {@code h_request}. It is not unique to the database, on purpose: that what was asked for once
 * is there once is to be seen, not enforced.
 */
final class Schema {

    private static final String TABLES = """
            create table warehouse (
                w_id int not null primary key, w_tax decimal(4,4) not null, w_ytd decimal(12,2) not null);
            create table district (
                d_w_id int not null, d_id int not null, d_tax decimal(4,4) not null, d_ytd decimal(12,2) not null,
                d_next_o_id int not null, primary key (d_w_id, d_id));
            create table customer (
                c_w_id int not null, c_d_id int not null, c_id int not null, c_discount decimal(4,4) not null,
                c_balance decimal(12,2) not null, c_ytd_payment decimal(12,2) not null, c_payment_cnt int not null,
                c_delivery_cnt int not null, primary key (c_w_id, c_d_id, c_id));
            create table history (
                h_c_w_id int not null, h_c_d_id int not null, h_c_id int not null, h_w_id int not null,
                h_d_id int not null, h_date timestamp not null, h_amount decimal(6,2) not null,
                h_request varchar(40) not null);
            create table orders (
                o_w_id int not null, o_d_id int not null, o_id int not null, o_c_id int not null,
                o_entry_d timestamp not null, o_carrier_id int, o_ol_cnt int not null, o_request varchar(40) not null,
                primary key (o_w_id, o_d_id, o_id));
            create index orders_of_customer on orders (o_w_id, o_d_id, o_c_id, o_id);
            create table new_order (
                no_w_id int not null, no_d_id int not null, no_o_id int not null,
                primary key (no_w_id, no_d_id, no_o_id));
            create table order_line (
                ol_w_id int not null, ol_d_id int not null, ol_o_id int not null, ol_number int not null,
                ol_i_id int not null, ol_supply_w_id int not null, ol_delivery_d timestamp null,
                ol_quantity int not null, ol_amount decimal(8,2) not null,
                primary key (ol_w_id, ol_d_id, ol_o_id, ol_number));
            create table item (i_id int not null primary key, i_price decimal(5,2) not null);
            create table stock (
                s_w_id int not null, s_i_id int not null, s_quantity int not null, s_ytd int not null,
                s_order_cnt int not null, s_remote_cnt int not null, primary key (s_w_id, s_i_id))""";

    private Schema() {}

    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : TABLES.split(";")) {
                statement.execute(table);
            }
        }
    }
}
