package io.dbops.samples.tpcc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is wrong in the data is found: of each condition, of each way to break it. What is planted is taken back. */
@DbOpsCluster(replicas = 0)
class ConditionTest {

    private static final Scale SCALE = new Scale(2, 30, 9, 100);
    private static final long SEED = 4_711;

    private Connection connection;

    @BeforeAll
    static void load(EmbeddedNode primary) throws SQLException {
        try (Connection loading = primary.connect()) {
            Schema.create(loading);
            Loader.load(loading, SCALE, new SplittableRandom(SEED));
        }
    }

    @BeforeEach
    void begin(EmbeddedNode primary) throws SQLException {
        connection = primary.connect();
        connection.setAutoCommit(false);
    }

    @AfterEach
    void takeBack() throws SQLException {
        connection.rollback();
        connection.close();
    }

    /** A way to break a condition in one place. */
    enum Planted {
        DISTRICT_PAID_MORE(Condition.C1, "update district set d_ytd = d_ytd + 0.01 where d_w_id = 1 and d_id = 1"),
        NUMBER_LEFT_OUT(Condition.C2, "update district set d_next_o_id = 32 where d_w_id = 1 and d_id = 1"),
        NEWEST_NOT_WAITING(Condition.C2, "delete from new_order where no_w_id = 1 and no_d_id = 1 and no_o_id = 30"),
        ORDER_LEFT_OUT(Condition.C3, "delete from new_order where no_w_id = 1 and no_d_id = 1 and no_o_id = 25"),
        LINE_LOST(
                Condition.C4,
                "delete from order_line where ol_w_id = 1 and ol_d_id = 1 and ol_o_id = 1" + " and ol_number = 1"),
        CARRIER_LOST(
                Condition.C5, "update orders set o_carrier_id = null where o_w_id = 1 and o_d_id = 1 and o_id = 1"),
        CARRIER_TOO_EARLY(
                Condition.C5, "update orders set o_carrier_id = 1 where o_w_id = 1 and o_d_id = 1 and o_id = 30"),
        NOBODY_WAITS(Condition.C5, "delete from new_order where no_w_id = 1 and no_d_id = 1 and no_o_id = 22"),
        ALL_LINES_LOST(Condition.C6, "delete from order_line where ol_w_id = 1 and ol_d_id = 1 and ol_o_id = 1"),
        ONE_LINE_MORE(Condition.C6, "insert into order_line values (1, 1, 1, 99, 1, 1, current_timestamp, 1, 0)"),
        DELIVERY_FORGOTTEN(
                Condition.C7,
                "update order_line set ol_delivery_d = null where ol_w_id = 1 and ol_d_id = 1"
                        + " and ol_o_id = 1 and ol_number = 1"),
        DELIVERED_WITHOUT_CARRIER(
                Condition.C7,
                "update order_line set ol_delivery_d = current_timestamp"
                        + " where ol_w_id = 1 and ol_d_id = 1 and ol_o_id = 30 and ol_number = 1"),
        LINE_OF_NO_ORDER(Condition.C7, "insert into order_line values (1, 1, 99, 1, 1, 1, current_timestamp, 1, 0)"),
        WAREHOUSE_PAID_MORE(Condition.C8, "update warehouse set w_ytd = w_ytd + 0.01 where w_id = 1"),
        PAYMENT_NOT_IN_DISTRICT(Condition.C9, "insert into history values (1, 1, 1, 1, 1, current_timestamp, 1, 'x')"),
        CUSTOMER_OWES_MORE(
                Condition.C10,
                "update customer set c_balance = c_balance + 0.01" + " where c_w_id = 1 and c_d_id = 1 and c_id = 1"),
        PAYMENT_NOT_OF_CUSTOMER(Condition.C10, "insert into history values (1, 1, 1, 1, 1, current_timestamp, 1, 'x')"),
        PAID_AND_STILL_OWED(
                Condition.C12,
                "update customer set c_ytd_payment = c_ytd_payment + 0.01"
                        + " where c_w_id = 1 and c_d_id = 1 and c_id = 1");

        private final Condition broken;
        private final String sql;

        Planted(Condition broken, String sql) {
            this.broken = broken;
            this.sql = sql;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasLoadedHolds(Condition condition) throws SQLException {
        assertThat(condition.check(connection).holds()).isTrue();
    }

    /** Condition 11 of TPC-C, which is of a database just loaded. */
    @Test
    void asManyOrdersAreDeliveredAsTheScaleSays() throws SQLException {
        List<Integer> delivered = Sql.list(
                connection,
                row -> row.getInt(1),
                "select (select count(*) from orders where o_w_id = d_w_id and o_d_id = d_id)"
                        + " - (select count(*) from new_order where no_w_id = d_w_id and no_d_id = d_id) from district");

        assertThat(delivered).hasSize(20).containsOnly(SCALE.customers() - SCALE.undelivered());
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrongIsFoundWhereItIs(Planted planted) throws SQLException {
        Sql.update(connection, planted.sql);

        Finding finding = planted.broken.check(connection);

        assertThat(finding.holds()).isFalse();
        assertThat(finding.violations()).singleElement().asString().contains("_id 1");
    }

    @Test
    void eachConditionIsBrokenInSomeWay() {
        assertThat(Arrays.stream(Planted.values()).map(planted -> planted.broken))
                .containsAll(EnumSet.allOf(Condition.class));
    }

    @Test
    void aConditionOnNothingDoesNotHold() throws SQLException {
        Sql.update(connection, "delete from new_order");

        assertThat(Condition.C3.check(connection).holds()).isFalse();
    }

    @Test
    void theFiveTransactionsKeepTheConditions() throws SQLException, UnusedItemException {
        var random = new SplittableRandom(SEED);
        for (int i = 0; i < 50; i++) {
            Payment.draw(SCALE, 1, "payment-" + i, random).pay(connection);
            new NewOrder(2, 1, 1, "order-" + i, List.of(new NewOrder.Line(1, 2, 10))).place(connection);
        }
        int delivered = Delivery.draw(2, random).deliver(connection);

        assertThat(delivered).isEqualTo(Scale.DISTRICTS);
        assertThat(new OrderStatus(2, 1, 1).look(connection)).isEqualTo(new OrderStatus.Seen(80, 1, 1));
        assertThat(new StockLevel(2, 1, 200).look(connection)).isEqualTo(1);
        assertThat(Condition.values())
                .allSatisfy(condition ->
                        assertThat(condition.check(connection).violations()).isEmpty());
    }

    @Test
    void anOrderOfAnItemThatDoesNotExistLeavesNothing(EmbeddedNode primary) throws SQLException {
        Transactions transactions = Transactions.over(primary.dataSource());
        var order = new NewOrder(1, 1, 1, "unused", List.of(new NewOrder.Line(SCALE.items() + 1, 1, 1)));

        assertThatExceptionOfType(UnusedItemException.class).isThrownBy(() -> transactions.write(order::place));
        assertThat(Sql.number(connection, "select count(*) from orders where o_request = 'unused'"))
                .isZero();
        assertThat(Condition.C2.check(connection).holds()).isTrue();
    }
}
