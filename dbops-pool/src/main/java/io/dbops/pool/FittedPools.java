package io.dbops.pool;

import static java.util.Objects.requireNonNull;

import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.Pools;
import io.dbops.dialect.ConnectionLimits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

    private static final Logger LOG = LoggerFactory.getLogger(FittedPools.class);

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    /** The least that HikariCP accepts. */
    private static final Duration LEAST_WAIT = Duration.ofMillis(250);

    private final Budget budget;
    private final PoolSizing sizing;
    private final @Nullable ConnectionLimits given;
    private final Duration wait;

    private FittedPools(Budget budget, PoolSizing sizing, @Nullable ConnectionLimits given, Duration wait) {
        this.budget = budget;
        this.sizing = sizing;
        this.given = given;
        this.wait = wait;
    }

    /**
     * Pools of at most this size, on servers that no other instance uses and of which nothing is kept back.
     *
     * @param size connections in the pool of one node in this instance, at most; at least 1
     * @return the pools
     */
    public static FittedPools upTo(int size) {
        return new FittedPools(new Budget(size, Budget.WATCH, 1, 0), PoolSizing.unknown(), null, DEFAULT_WAIT);
    }

    /**
     * Tells how many processes open such pools on the same servers, this one included. Count those that a deployment
     * starts before it stops the old ones.
     *
     * @param count at least 1, which is the default
     * @return pools that fit as many times
     */
    public FittedPools instances(int count) {
        return with(new Budget(budget.poolSize(), budget.overhead(), count, budget.keptBack()));
    }

    /**
     * Keeps connections back for everybody else: migrations, jobs, people at a console.
     *
     * @param connections how many on each server; default 0
     * @return pools that leave as many
     */
    public FittedPools reserving(int connections) {
        return with(new Budget(budget.poolSize(), budget.overhead(), budget.instances(), connections));
    }

    private FittedPools with(Budget changed) {
        return new FittedPools(changed, sizing, given, wait);
    }

    /**
     * Tells how many connections there are on each server, for all instances and everybody else, whatever the server
     * says itself. Needed where a pooler stands before the server, for then the server's numbers are of no meaning.
     *
     * @param connections at least 1; default what the server says
     * @return pools that fit as many
     */
    public FittedPools budget(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("budget (" + connections + "): must be at least 1");
        }
        return new FittedPools(budget, sizing, ConnectionLimits.given(connections, "FittedPools.budget"), wait);
    }

    /**
     * Tells how many threads ask for connections at a time, and how many connections one thread holds at once: 2 where
     * a transaction is begun inside another one, as {@code REQUIRES_NEW} does. A pool in which they could wait for each
     * other for ever is refused.
     *
     * @param count at least 1
     * @param connectionsHeld at least 1
     * @return pools that are large enough
     */
    public FittedPools threads(int count, int connectionsHeld) {
        return sizing(sizing.threads(count, connectionsHeld));
    }

    /**
     * Sets the figures by which the verdict at open judges the size.
     *
     * @param figures in place of those given before
     * @return pools that say so
     */
    public FittedPools sizing(PoolSizing figures) {
        return new FittedPools(budget, requireNonNull(figures, "figures"), given, wait);
    }

    /**
     * Sets how long {@code getConnection} waits for a connection before it fails with
     * {@link java.sql.SQLTransientConnectionException}.
     *
     * @param timeout at least 250 ms; default 5 s
     * @return pools that wait as long
     */
    public FittedPools waiting(Duration timeout) {
        return new FittedPools(budget, sizing, given, checkedWait(timeout));
    }

    static Duration checkedWait(Duration timeout) {
        if (requireNonNull(timeout, "timeout").compareTo(LEAST_WAIT) < 0) {
            throw new IllegalArgumentException("waiting (" + timeout + "): must be at least " + LEAST_WAIT);
        }
        return timeout;
    }

    /**
     * What opening the pool of a node would say, with all figures. Asks nobody.
     *
     * @param node the node's name
     * @param limits what its server says
     * @return the verdict
     */
    public PoolVerdict verdict(String node, ConnectionLimits limits) {
        return new PoolVerdict(
                node,
                budget.poolSize(),
                budget.overhead(),
                budget.instances(),
                budget.keptBack(),
                given == null ? limits : given,
                given == null ? null : limits,
                sizing);
    }

    @Override
    public NodePool open(String application, Node.Addressed node, ConnectionLimits limits) throws DbOpsException {
        PoolVerdict verdict = verdict(node.name(), limits);
        verdict.refusal().ifPresent(why -> {
            throw new DbOpsException(why);
        });
        LOG.info("{}", verdict);
        return HikariPool.open(application, node, new NodeConnections(node), budget.poolSize(), wait);
    }
}
