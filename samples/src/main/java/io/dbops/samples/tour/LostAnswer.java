package io.dbops.samples.tour;

import io.dbops.test.EmbeddedNode;
import io.dbops.test.FaultProxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A payment whose COMMIT is executed and not answered: the server is held up while it commits, the network loses what it
 * says from then on, and the connection breaks once the payment is there. What comes after finds a sound network.
 */
final class LostAnswer implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final long LOCK = 4_711;

    private final EmbeddedNode primary;
    private final FaultProxy network;
    private final ExecutorService caller = Executors.newSingleThreadExecutor();

    private LostAnswer(EmbeddedNode primary, FaultProxy network) {
        this.primary = primary;
        this.network = network;
    }

    static LostAnswer on(EmbeddedNode primary) throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table payments (payer text)");
            // The server asks for a lock as it commits, which the tour holds until it has broken the network.
            statement.execute("create function hold_up() returns trigger language plpgsql as"
                    + " $$ begin perform pg_advisory_xact_lock_shared(" + LOCK + "); return null; end $$");
            statement.execute("create constraint trigger hold_up after insert on payments"
                    + " deferrable initially deferred for each row execute function hold_up()");
        }
        return new LostAnswer(primary, FaultProxy.to("127.0.0.1", primary.port()));
    }

    /** Connections over the network that loses the answer. */
    DataSource dataSource() {
        var dataSource = new PGSimpleDataSource();
        dataSource.setUrl(primary.url().replace(":" + primary.port() + "/", ":" + network.port() + "/"));
        dataSource.setUser(primary.user());
        dataSource.setPassword(primary.password());
        return dataSource;
    }

    /** Has somebody pay, and returns how many payments that makes. */
    int of(String payer, Callable<?> paying) throws Exception {
        Future<?> paid;
        try (Connection holding = primary.connect();
                Statement statement = holding.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LOCK + ")");
            paid = caller.submit(paying);
            Stopwatch.until(LIMIT, "the payment is being committed", () -> isHeldUp(paid));
            network.halfOpen();
            statement.execute("select pg_advisory_unlock(" + LOCK + ")");
            Stopwatch.until(LIMIT, "the payment is committed", () -> payments(payer) == 1);
        }
        network.reset();
        network.heal();
        try {
            paid.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new BrokenPromiseException("the payment by " + payer + " did not return: " + e);
        }
        return payments(payer);
    }

    /** What the application does in its transaction. */
    static void pay(Connection connection, String payer, AtomicInteger runs) throws SQLException {
        runs.incrementAndGet();
        try (PreparedStatement insert = connection.prepareStatement("insert into payments values (?)")) {
            insert.setString(1, payer);
            insert.executeUpdate();
        }
    }

    private boolean isHeldUp(Future<?> paid) throws Exception {
        if (paid.isDone()) {
            paid.get();
        }
        return number("select count(*) from pg_locks where locktype = 'advisory' and objid = " + LOCK
                        + " and not granted")
                == 1;
    }

    private int payments(String payer) throws SQLException {
        return number("select count(*) from payments where payer = '" + payer + "'");
    }

    private int number(String sql) throws SQLException {
        try (Connection connection = primary.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        }
    }

    @Override
    public void close() {
        caller.shutdownNow();
        network.close();
    }
}
