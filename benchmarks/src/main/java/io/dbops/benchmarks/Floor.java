package io.dbops.benchmarks;

import java.sql.Connection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * The least that any router can do which keeps the promises of the bound and of the session: a connection that knows
 * whether it is to read before it takes one from a pool, and for each read one clock reading and two comparisons when
 * it begins.
 *
 * <p>What it leaves out makes it no router: it observes no server, does not ask whether a connection is older than what
 * is known of its server, stamps writes at commit alone, counts nothing, and neither moves statements nor leads rows
 * back to them. It is here to tell what is the price of the promises, and what is ours.
 */
final class Floor extends AbstractDataSource {

    private static final long BOUND = 10_000_000_000L;

    /** How fresh a node is. */
    private record View(DataSource pool, int index, long freshAsOf) {}

    private final DataSource primary;
    private volatile View[] replicas;
    private volatile long lastWrite;

    Floor(DataSource primary, List<? extends DataSource> pools) {
        this.primary = primary;
        long now = System.nanoTime();
        lastWrite = now;
        replicas = new View[pools.size()];
        for (int i = 0; i < replicas.length; i++) {
            // From ten years on: nobody observes it, so it is made to stay fresh.
            replicas[i] = new View(pools.get(i), i, now + (10L * 365 * 86_400 * 1_000_000_000));
        }
    }

    int choose() {
        return ThreadLocalRandom.current().nextInt(replicas.length);
    }

    DataSource replica(int index) {
        return replicas[index].pool;
    }

    DataSource primary() {
        return primary;
    }

    /** Whether a read may begin on a replica now. */
    boolean admits(int index) {
        View view = replicas[index];
        return System.nanoTime() - view.freshAsOf <= BOUND && view.freshAsOf > lastWrite;
    }

    void wrote() {
        lastWrite = System.nanoTime();
    }

    @Override
    public Connection getConnection() {
        return new FloorConnection(this);
    }

    @Override
    public Connection getConnection(String username, String password) {
        return getConnection();
    }
}
