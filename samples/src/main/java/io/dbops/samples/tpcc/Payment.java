package io.dbops.samples.tpcc;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.SplittableRandom;

/** A customer pays, in 15 of 100 cases at a warehouse other than the own (clause 2.5). */
record Payment(
        int warehouse,
        int district,
        int customerWarehouse,
        int customerDistrict,
        int customer,
        BigDecimal amount,
        String request) {

    static Payment draw(Scale scale, int warehouse, String request, SplittableRandom random) {
        int district = Scale.district(random);
        boolean isAway = random.nextInt(100) < 15;
        return new Payment(
                warehouse,
                district,
                isAway ? scale.elsewhere(warehouse, random) : warehouse,
                isAway ? Scale.district(random) : district,
                scale.customer(random),
                BigDecimal.valueOf(random.nextInt(100, 500_001), 2),
                request);
    }

    void pay(Connection connection) throws SQLException {
        Sql.updateOne(connection, "update warehouse set w_ytd = w_ytd + ? where w_id = ?", amount, warehouse);
        Sql.updateOne(
                connection,
                "update district set d_ytd = d_ytd + ? where d_w_id = ? and d_id = ?",
                amount,
                warehouse,
                district);
        Sql.updateOne(
                connection,
                "update customer set c_balance = c_balance - ?, c_ytd_payment = c_ytd_payment + ?,"
                        + " c_payment_cnt = c_payment_cnt + 1 where c_w_id = ? and c_d_id = ? and c_id = ?",
                amount,
                amount,
                customerWarehouse,
                customerDistrict,
                customer);
        Sql.updateOne(
                connection,
                "insert into history values (?, ?, ?, ?, ?, current_timestamp, ?, ?)",
                customerWarehouse,
                customerDistrict,
                customer,
                warehouse,
                district,
                amount,
                request);
    }
}
