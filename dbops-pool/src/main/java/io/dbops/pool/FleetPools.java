package io.dbops.pool;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.DbOpsException;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.PoolStatus;
import io.dbops.Pools;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.pool.ledger.Claim;
import io.dbops.pool.ledger.Membership;
import io.dbops.pool.ledger.Plan;
import io.dbops.pool.ledger.PostgresAddress;
import io.dbops.pool.ledger.PostgresLedger;
import io.dbops.pool.ledger.Standing;
import io.dbops.time.SystemClock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A HikariCP pool for each node, of a size that the instances of a fleet agree on while they run, so that all together
 * never open more than the server allows.
 *
 * <p>Each server has a ledger: its own advisory locks. Every pooled connection holds the lock of one slot for as long as
 * the server runs it, so the slots are never more than counted, whatever dies. A guard session for each instance and
 * node divides the slots: each gets its share, by weight, of what it has use for, and what others leave.
 *
 * <p>Whoever opens pools with the same {@linkplain #ledger ledger name} on the same database shares the ledger, under
 * whatever name of an application; all must give the same numbers of {@link #instances} and of the {@link #floor}. Locks
 * are local to a database, and the server's limit is not: what uses other databases of the server is to be
 * {@linkplain #reserving kept back}.
 *
 * <p>Of the parameters of a node's URL, those that the ledger sets itself do not count: {@code ApplicationName},
 * {@code tcpKeepAlive}, and for the guard {@code connectTimeout} and {@code socketTimeout}. {@code options} count beside its
 * own, and win where both set the same; whoever lengthens keepalives there has dead instances hold their slots longer.
 *
 * <p>Immutable and thread-safe; each method returns a new value. Opening a pool blocks for a few round trips; it fails if
 * there is no place for one more instance.
 */
public final class FleetPools implements Pools {

    private static final Logger LOG = LoggerFactory.getLogger(FleetPools.class);

    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(5);

    private static final int DEFAULT_INSTANCES = 10;

    private final FleetBudget budget;
    private final String ledger;
    private final Duration wait;

    private FleetPools(FleetBudget budget, String ledger, Duration wait) {
        this.budget = budget;
        this.ledger = ledger;
        this.wait = wait;
    }

    /**
     * Pools for up to 10 instances, each with a floor of one connection, that leave connections to everybody else:
     * migrations, jobs, people at a console, other databases of the server.
     *
     * @param connections how many are kept back on each server; at least 0
     * @return the pools
     */
    public static FleetPools reserving(int connections) {
        return new FleetPools(
                new FleetBudget(connections, 0, DEFAULT_INSTANCES, 1, Plan.MOST_SLOTS, 1), "dbops", DEFAULT_WAIT);
    }

    /**
     * Bounds what one instance takes of each server, however much is free.
     *
     * @param connections at least the floor; default as many as there are
     * @return pools of at most this size
     */
    public FleetPools upTo(int connections) {
        return with(new FleetBudget(
                budget.keptBack(),
                budget.explicit(),
                budget.instances(),
                budget.floor(),
                connections,
                budget.weight()));
    }

    /**
     * Tells for how many instances there is to be place. Count those that a deployment starts before it stops the old
     * ones. One more than that does not open.
     *
     * @param most at least 1; default 10
     * @return pools with as many seats
     */
    public FleetPools instances(int most) {
        return with(new FleetBudget(
                budget.keptBack(), budget.explicit(), most, budget.floor(), budget.ceiling(), budget.weight()));
    }

    /**
     * Sets how many connections each instance may have whatever the others do, also while the ledger cannot be reached.
     *
     * @param connections at least 1, which is the default
     * @return pools that never are smaller
     */
    public FleetPools floor(int connections) {
        return with(new FleetBudget(
                budget.keptBack(),
                budget.explicit(),
                budget.instances(),
                connections,
                budget.ceiling(),
                budget.weight()));
    }

    /**
     * Sets the instance's share relative to others: one of weight 3 gets three times what one of weight 1 gets, while
     * both have use for it.
     *
     * @param weight from 1 to 100; default 1
     * @return pools with it
     */
    public FleetPools weighted(int weight) {
        return with(new FleetBudget(
                budget.keptBack(), budget.explicit(), budget.instances(), budget.floor(), budget.ceiling(), weight));
    }

    /**
     * Tells how many connections there are to divide, instead of what the server says: where other things bound them, or
     * where several ledgers divide one server.
     *
     * @param connections at least 1
     * @return pools that divide as many
     */
    public FleetPools budget(int connections) {
        if (connections < 1) {
            throw new IllegalArgumentException("budget (" + connections + "): must be at least 1");
        }
        return with(new FleetBudget(
                budget.keptBack(), connections, budget.instances(), budget.floor(), budget.ceiling(), budget.weight()));
    }

    /**
     * Names the ledger. Ledgers of different names on one database do not know of each other, and need a
     * {@link #budget} each.
     *
     * @param name not blank; default {@code dbops}
     * @return pools with it
     */
    public FleetPools ledger(String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("ledger (\"" + name + "\"): must not be blank");
        }
        return new FleetPools(budget, name, wait);
    }

    /**
     * Sets how long {@code getConnection} waits for a connection before it fails with
     * {@link java.sql.SQLTransientConnectionException}.
     *
     * @param timeout at least 250 ms; default 5 s
     * @return pools that wait as long
     */
    public FleetPools waiting(Duration timeout) {
        return new FleetPools(budget, ledger, FittedPools.checkedWait(timeout));
    }

    private FleetPools with(FleetBudget changed) {
        return new FleetPools(changed, ledger, wait);
    }

    @Override
    public NodePool open(String application, Node.Addressed node, ConnectionLimits limits) throws DbOpsException {
        Plan plan = budget.plan(node.name(), limits);
        int ceiling = Math.min(budget.ceiling(), plan.floor() + plan.slots());
        var claim = new Claim(plan, budget.weight(), plan.floor(), ceiling);
        String poolName = application + "-" + node.name();
        PostgresAddress address = PostgresAddress.of(node.url());
        var connections = new NodeConnections(
                node,
                properties -> address.connect(
                        properties,
                        (url, told) -> new Node.Addressed(node.name(), url, node.credentials()).open(told)));
        var postgres = new PostgresLedger(ledger, application, connections::connect);
        var size = new HikariSize(poolName);
        var membership = new Membership(
                node.name(), application, postgres, postgres::connect, claim, size, SystemClock.INSTANCE);
        try {
            membership.join();
        } catch (SQLException e) {
            throw new DbOpsException(
                    "node \"" + node.name() + "\": its ledger cannot be reached: " + e.getMessage(), e);
        }
        LOG.info(
                "Pool {}: up to {} of {} connections ({}; {} instances with a floor of {})",
                poolName,
                ceiling,
                plan.pooled(),
                budget.arithmetic(limits),
                plan.seats(),
                plan.floor());
        HikariDataSource pool = null;
        try {
            // HikariCP's queue of connections to add is as long as the first maximum: the largest comes first.
            HikariConfig config = HikariPool.config(application, node, membership.gate(), ceiling, wait);
            config.setMinimumIdle(plan.floor());
            pool = HikariPool.start(config, node, connections, all -> new ShrinkingDataSource(all, size));
            size.open(pool);
            return new FleetNodePool(node.name(), plan.pooled(), pool, size, membership);
        } finally {
            if (pool == null) {
                membership.close();
            }
        }
    }

    /** An open pool. */
    private record FleetNodePool(
            String node, int pooled, HikariDataSource dataSource, HikariSize size, Membership membership)
            implements NodePool {
        @Override
        public Optional<PoolStatus> status() {
            Standing standing = membership.standing();
            var fleet = new ArrayList<PoolStatus.Instance>();
            if (standing != null) {
                for (Standing.Instance each : standing.instances()) {
                    fleet.add(new PoolStatus.Instance(
                            each.seat(),
                            each.seat() == standing.seat(),
                            each.weight(),
                            each.wish(),
                            each.share(),
                            each.held()));
                }
            }
            return Optional.of(HikariStatus.of(node, dataSource, pooled, fleet));
        }

        @Override
        public void close() {
            membership.shut();
            size.close();
            dataSource.close();
            membership.close();
        }
    }
}
