package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Role;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.Retrying;
import io.dbops.tx.Transactions;
import io.dbops.tx.UnitRunner;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Database operations for one application on one database cluster: the facade over the features it was opened with.
 *
 * <pre>{@code
 * try (DbOps db = DbOps.named("orders")
 *         .node("db-1", "jdbc:postgresql://db-1/orders", credentials)
 *         .node("db-2", "jdbc:postgresql://db-2/orders", credentials)
 *         .pools(FittedPools.upTo(40))
 *         .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
 *         .open()) {
 *     long id = db.transactions().write(connection -> insert(connection, order));
 *     List<Order> mine = db.transactions().read(connection -> ordersOf(connection, customer));
 * }
 * }</pre>
 *
 * <p>Thread-safe. Open one per application and cluster, and close it at the end: that closes every pool, thread and
 * connection dbops opened, and nothing else.
 */
public final class DbOps implements AutoCloseable {

    private final String name;
    private final Router router;
    private final Transactions transactions;
    private final @Nullable UnitRunner runner;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DbOps(String name, Router router, Transactions transactions, @Nullable UnitRunner runner) {
        this.name = name;
        this.router = router;
        this.transactions = transactions;
        this.runner = runner;
    }

    /**
     * Starts to describe what to open.
     *
     * @param name the application's name; it shows on the servers, in thread names and in metrics, and so is unique
     *     among those that share a registry
     * @return a builder
     * @throws IllegalArgumentException if the name is blank
     */
    public static Builder named(String name) {
        if (requireNonNull(name, "name").isBlank()) {
            throw new IllegalArgumentException("name (\"" + name + "\"): must not be blank");
        }
        return new Builder(name);
    }

    /**
     * The data source of the application: writes go to the primary, and reads to wherever they see what their session
     * wrote. For Hibernate, jOOQ, Jdbi, Spring, or plain JDBC.
     *
     * <p>A unit of work is a read if its connection was declared read-only before its first statement.
     *
     * @return a view; closing it is not needed
     */
    public DataSource dataSource() {
        return dataSource(Consistency.session());
    }

    /**
     * A data source for reads that must see something else.
     *
     * @param consistency what reads must see
     * @return a view; closing it is not needed
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    public DataSource dataSource(Consistency consistency) {
        return router.dataSource(requireNonNull(consistency, "consistency"));
    }

    /**
     * Runs units of work on {@link #dataSource()}, each in a transaction of its own; again, if retries were given and may
     * help. A unit inside another one is a part of it.
     *
     * @return the doors
     */
    public Transactions transactions() {
        return transactions;
    }

    /**
     * Runs units of work whose reads must see something else. Inside a unit that only reads, and was asked to see
     * something else again, they are refused; inside one that writes they see everything.
     *
     * @param consistency what reads must see
     * @return the doors
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    public Transactions transactions(Consistency consistency) {
        return transactions.on(dataSource(consistency));
    }

    /**
     * A new session: one a request lets more reads leave the primary than the process-wide one does.
     *
     * @return the session
     */
    public Session session() {
        return router.session();
    }

    /**
     * The session of a key, such as a user: the same one for everybody who asks for it in this process. What is kept is
     * bounded, see the routing's options; what is not kept any more is not forgotten.
     *
     * @param key any text; not a token, which {@link #resume} takes
     * @return the session
     */
    public Session sessionFor(String key) {
        return router.sessionFor(key);
    }

    /**
     * A session that begins where another process's session was when it issued a token: its reads see all that one had
     * written. Blocks, for a bounded time, only if the token is newer than anything this process has seen.
     *
     * @param token the token, from {@link Session#token()} there
     * @return a new session
     * @throws TokenException if the token is too old, of another cluster, of a timeline that this process has not seen in
     *     time, beyond what the primary has, or if what it stands for was lost
     */
    public Session resume(Token token) {
        return router.resume(token);
    }

    /**
     * The nodes as they are known now. Does not block.
     *
     * @return the topology
     */
    public Topology topology() {
        return router.topology();
    }

    /**
     * The pools that were opened for the nodes, and how the instance stands among those that share the servers. Does not
     * block.
     *
     * @return the pools of nodes that were given by address and have answered; print one with {@link PoolStatus#format}
     */
    public List<PoolStatus> pools() {
        return router.pools();
    }

    /**
     * How many units of work went where, and why, since this was opened. Where routing is only rehearsed, the count is
     * of where they would have gone.
     *
     * @return counts by decision; decisions that were never made are left out
     */
    public Map<RoutingDecision, Long> decisions() {
        return router.decisions();
    }

    /**
     * Where a read would go that began now, and why it would go nowhere else. Does not block, asks no server and takes no
     * connection, so that a pool that has none to give is not noticed. The read is of the session entered on the calling
     * thread, or else of the process-wide one.
     *
     * @param consistency what the read must see
     * @return the explanation; where several nodes are eligible, the decision names one of them
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    public Explanation explain(Consistency consistency) {
        return router.explain(requireNonNull(consistency, "consistency"));
    }

    /**
     * Adds a node, which serves when it has answered. Does not wait for that.
     *
     * @param node the node
     * @throws IllegalArgumentException if there is one of that name
     */
    public void add(Node node) {
        router.add(node);
    }

    /**
     * Removes a node. Nothing begins there any more; what runs there is waited for, as long as the routing's grace, and
     * then its pool is closed, if it was opened for this router.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    public void remove(String name) {
        router.remove(name);
    }

    /**
     * Lets no unit of work begin on a node, until {@link #undrain}; those that run go on. It is watched as before. With
     * the primary drained, units of work that need it wait: so a planned switchover begins.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    public void drain(String name) {
        router.drain(name);
    }

    /**
     * Ends a {@link #drain}.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    public void undrain(String name) {
        router.undrain(name);
    }

    /** Closes what was opened. Closing again does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            try {
                router.close();
            } finally {
                if (runner != null) {
                    runner.close();
                }
            }
        }
    }

    @Override
    public String toString() {
        return "DbOps[" + name + "]";
    }

    /** Describes what to open. Not thread-safe. Setting the same thing twice is an error. */
    public static final class Builder {

        private final String name;
        private final List<Node> nodes = new ArrayList<>();
        private @Nullable Pools pools;
        private @Nullable Routing routing;
        private @Nullable Retrying retries;
        private @Nullable EnclosingTransaction enclosing;
        private @Nullable MeterRegistry registry;

        private Builder(String name) {
            this.name = name;
        }

        /**
         * Adds a node by its address. Its role is discovered.
         *
         * @param name its name, unique among the nodes
         * @param url a JDBC URL of one host
         * @param credentials who connects
         * @return this
         */
        public Builder node(String name, String url, Credentials credentials) {
            return node(Node.at(name, url, credentials));
        }

        /**
         * Adds a node whose connections the caller provides.
         *
         * @param name its name, unique among the nodes
         * @param pooled gives the connections that units of work run on
         * @param unpooled gives the connection that watches the server
         * @return this
         */
        public Builder node(String name, DataSource pooled, DataSource unpooled) {
            return node(Node.of(name, pooled, unpooled));
        }

        /**
         * Adds a node.
         *
         * @param node the node
         * @return this
         * @throws IllegalArgumentException if there is one of that name already
         */
        public Builder node(Node node) {
            if (nodes.stream().anyMatch(other -> other.name().equals(node.name()))) {
                throw new IllegalArgumentException(
                        "node (" + node.name() + "): was added before; give each server a name of its own");
            }
            nodes.add(node);
            return this;
        }

        /**
         * Sets what opens the pools of nodes that were added by address.
         *
         * @param pools from the module dbops-pool
         * @return this
         */
        public Builder pools(Pools pools) {
            requireUnset(this.pools, "pools");
            this.pools = requireNonNull(pools, "pools");
            return this;
        }

        /**
         * Sets what decides where units of work run.
         *
         * @param routing from the module dbops-routing
         * @return this
         */
        public Builder routing(Routing routing) {
            requireUnset(this.routing, "routing");
            this.routing = requireNonNull(routing, "routing");
            return this;
        }

        /**
         * Sets whether units of work of {@link DbOps#transactions()} run again, and when. Without, each runs once.
         *
         * @param retries from the module dbops-routing
         * @return this
         */
        public Builder retries(Retrying retries) {
            requireUnset(this.retries, "retries");
            this.retries = requireNonNull(retries, "retries");
            return this;
        }

        /**
         * Sets what knows of transactions that a framework has begun: inside one, units of work join it.
         *
         * @param enclosing the framework's answer
         * @return this
         */
        public Builder joining(EnclosingTransaction enclosing) {
            requireUnset(this.enclosing, "joining");
            this.enclosing = requireNonNull(enclosing, "enclosing");
            return this;
        }

        /**
         * Sets where meters go. Opening fails if another open router of this name has its meters there.
         *
         * @param registry the application's registry, which stays open; the meters are removed at close
         * @return this
         */
        public Builder metrics(MeterRegistry registry) {
            requireUnset(this.registry, "metrics");
            this.registry = requireNonNull(registry, "registry");
            return this;
        }

        /**
         * Opens all that was described. Blocks until every node has answered or failed once, at most for the routing's
         * time limit.
         *
         * <p>What a server proves wrong is rejected; a node that cannot be reached opens as {@link Role#UNKNOWN} and
         * joins when it appears. On any failure nothing is left open.
         *
         * @return the facade; the caller closes it
         * @throws IllegalStateException if something that is needed was not given; the message names the line
         * @throws DbOpsException if a server proves the configuration wrong; the message has the numbers
         */
        public DbOps open() {
            if (nodes.isEmpty()) {
                throw new IllegalStateException("no node: add one with .node(name, url, credentials)");
            }
            if (routing == null) {
                throw new IllegalStateException("no routing: add .routing(LagAwareRouting.within(...))");
            }
            for (Node node : nodes) {
                if (pools == null && node instanceof Node.Addressed) {
                    throw new IllegalStateException("no pools for node \"" + node.name()
                            + "\": add .pools(FittedPools.upTo(...)), or give the node its own pool with"
                            + " .node(name, pooled, unpooled)");
                }
            }
            UnitRunner runner = retries == null ? null : retries.open(name, registry);
            Router router = routing.open(name, List.copyOf(nodes), pools, registry);
            Transactions transactions = Transactions.over(
                    router.dataSource(Consistency.session()),
                    runner,
                    enclosing == null ? EnclosingTransaction.NONE : enclosing);
            return new DbOps(name, router, transactions, runner);
        }

        private static void requireUnset(@Nullable Object value, String line) {
            if (value != null) {
                throw new IllegalStateException("." + line + "(...): was set before; set it once");
            }
        }
    }
}
