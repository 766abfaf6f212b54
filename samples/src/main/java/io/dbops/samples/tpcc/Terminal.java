package io.dbops.samples.tpcc;

import io.dbops.Consistency;
import io.dbops.DbOps;
import io.dbops.Session;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.Isolation;
import io.dbops.tx.Transactions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A clerk of one warehouse: a session of its own, one transaction after another. Not for several threads at once. */
final class Terminal {

    private static final Duration RELAXED = Duration.ofSeconds(5);

    private final int number;
    private final int warehouse;
    private final Scale scale;
    private final SplittableRandom random;
    private final Books books;
    private final Transactions writing;
    private final Transactions reading;
    private final Transactions relaxed;
    private final Map<OrderStatus, Integer> ownOrders = new HashMap<>();
    private @Nullable OrderStatus lastOrdered;
    private long requests;

    Terminal(int number, Scale scale, DbOps db, SplittableRandom random, Books books) {
        this.number = number;
        this.warehouse = 1 + number % scale.warehouses();
        this.scale = scale;
        this.random = random;
        this.books = books;
        // tag::doors
        Session session = db.session();
        Transactions transactions = db.transactions().on(session.dataSource());
        writing = transactions.isolated(Isolation.READ_COMMITTED);
        reading = transactions.isolated(Isolation.REPEATABLE_READ); // what it sees is of one moment
        relaxed = db.transactions().on(session.dataSource(Consistency.bounded(RELAXED)));
        // end::doors
    }

    void work() {
        Kind kind = Kind.draw(random);
        Fate fate = switch (kind) {
            case NEW_ORDER -> newOrder();
            case PAYMENT -> payment();
            case ORDER_STATUS -> orderStatus();
            case DELIVERY -> {
                var delivery = Delivery.draw(warehouse, random);
                yield attempt(() -> writing.named(kind.unit()).write(delivery::deliver));
            }
            case STOCK_LEVEL -> {
                var level = StockLevel.draw(warehouse, random);
                yield attempt(() -> relaxed.named(kind.unit()).read(level::look));
            }
        };
        books.tally().ended(kind, fate);
    }

    private Fate newOrder() {
        var order = NewOrder.draw(scale, warehouse, nextRequest(), random);
        var numbers = new int[1];
        Fate fate =
                attempt(() -> numbers[0] = writing.named(Kind.NEW_ORDER.unit()).write(order::place));
        if (fate == Fate.COMMITTED) {
            lastOrdered = new OrderStatus(warehouse, order.district(), order.customer());
            ownOrders.put(lastOrdered, numbers[0]);
        }
        books.orders().note(order.request(), fate);
        return fate;
    }

    private Fate payment() {
        var payment = Payment.draw(scale, warehouse, nextRequest(), random);
        Fate fate = attempt(() -> writing.named(Kind.PAYMENT.unit()).run(payment::pay));
        books.payments().note(payment.request(), fate);
        return fate;
    }

    /** Every other time of the customer who ordered last here, so that a read that is too old would show. */
    private Fate orderStatus() {
        var other = new OrderStatus(warehouse, Scale.district(random), scale.customer(random));
        OrderStatus last = lastOrdered;
        OrderStatus status = last == null || random.nextBoolean() ? other : last;
        int own = ownOrders.getOrDefault(status, 0);
        return attempt(() -> {
            OrderStatus.Seen seen = reading.named(Kind.ORDER_STATUS.unit()).read(status::look);
            books.reads().note(status, seen, own);
        });
    }

    private String nextRequest() {
        return number + "-" + requests++;
    }

    /** A unit of work, called from outside. */
    @FunctionalInterface
    private interface Call {
        void make() throws SQLException, UnusedItemException;
    }

    private Fate attempt(Call call) {
        books.tally().begin();
        try {
            call.make();
            return books.tally().mayBeLost() ? Fate.UNKNOWN : Fate.COMMITTED;
        } catch (UnusedItemException e) {
            return Fate.ROLLED_BACK;
        } catch (CommitOutcomeUnknownException e) {
            books.tally().failed(e);
            return Fate.UNKNOWN;
        } catch (SQLException e) {
            books.tally().failed(e);
            return Fate.FAILED;
        }
    }
}
