package io.dbops.pool;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.Pools;
import io.dbops.dialect.ConnectionLimits;
import java.time.Duration;

/**
 * A HikariCP pool for each node, of a fixed size that is checked against the node's limits before it is opened.
 *
 * <p>The size is what one instance may take. The sum over all instances, and the connection by which each of them
 * watches the node, must fit what the server allows to this role and database, less what is kept back; otherwise the
 * pool is refused with the arithmetic.
 *
 * <p>Immutable and thread-safe; each method returns a new value. Opening a pool connects in the background: it does
 * not block.
 */
public final class FittedPools implements Pools {

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    /** The least that HikariCP accepts. */
    private static final Duration LEAST_WAIT = Duration.ofMillis(250);

    private final Budget budget;
    private final Duration wait;

    private FittedPools(Budget budget, Duration wait) {
        this.budget = budget;
        this.wait = wait;
    }

    /**
     * Pools of at most this size, on servers that no other instance uses and of which nothing is kept back.
     *
     * @param size connections in the pool of one node in this instance, at most; at least 1
     * @return the pools
     */
    public static FittedPools upTo(int size) {
        return new FittedPools(new Budget(size, 1, 0), DEFAULT_WAIT);
    }

    /**
     * Tells how many processes open such pools on the same servers, this one included. Count those that a deployment
     * starts before it stops the old ones.
     *
     * @param count at least 1, which is the default
     * @return pools that fit as many times
     */
    public FittedPools instances(int count) {
        return new FittedPools(new Budget(budget.poolSize(), count, budget.keptBack()), wait);
    }

    /**
     * Keeps connections back for everybody else: migrations, jobs, people at a console.
     *
     * @param connections how many on each server; default 0
     * @return pools that leave as many
     */
    public FittedPools reserving(int connections) {
        return new FittedPools(new Budget(budget.poolSize(), budget.instances(), connections), wait);
    }

    /**
     * Sets how long {@code getConnection} waits for a connection before it fails with
     * {@link java.sql.SQLTransientConnectionException}.
     *
     * @param timeout at least 250 ms; default 5 s
     * @return pools that wait as long
     */
    public FittedPools waiting(Duration timeout) {
        return new FittedPools(budget, checkedWait(timeout));
    }

    static Duration checkedWait(Duration timeout) {
        if (requireNonNull(timeout, "timeout").compareTo(LEAST_WAIT) < 0) {
            throw new IllegalArgumentException("waiting (" + timeout + "): must be at least " + LEAST_WAIT);
        }
        return timeout;
    }

    @Override
    public NodePool open(String application, Node.Addressed node, ConnectionLimits limits) throws DbOpsException {
        budget.check(node.name(), limits);
        var config = new HikariConfig();
        config.setPoolName(application + "-" + node.name());
        config.setJdbcUrl(node.url());
        config.setUsername(node.credentials().user());
        config.setPassword(node.credentials().password());
        config.setMaximumPoolSize(budget.poolSize());
        config.setConnectionTimeout(wait.toMillis());
        config.setInitializationFailTimeout(-1);
        node.dialect().readOnlyProperties().forEach((key, value) -> config.addDataSourceProperty((String) key, value));
        return new HikariPool(new HikariDataSource(config));
    }

    private record HikariPool(HikariDataSource dataSource) implements NodePool {
        @Override
        public void close() {
            dataSource.close();
        }
    }
}
