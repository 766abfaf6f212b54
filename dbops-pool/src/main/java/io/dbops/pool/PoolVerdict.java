package io.dbops.pool;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.ConnectionLimits;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether pools of a size fit a server, with every figure that counts and the one that binds. Immutable; {@link
 * #toString()} is the line that is logged when a pool is opened.
 *
 * <p>All instances together open {@code instances × (pool + overhead)} connections. That must fit what may be used, less
 * what is kept back.
 *
 * @param node the node's name
 * @param poolSize connections in one pool, at most
 * @param overhead connections beside the pool that each instance holds, at most: the watch
 * @param instances processes that open such a pool on the same server
 * @param keptBack connections left to everybody else
 * @param limits what may be used
 * @param overridden what the server says, where a given budget counts instead; else {@code null}
 * @param sizing how large the pool should be
 */
public record PoolVerdict(
        String node,
        int poolSize,
        int overhead,
        int instances,
        int keptBack,
        ConnectionLimits limits,
        @Nullable ConnectionLimits overridden,
        PoolSizing sizing) {

    /** Checks the components. */
    public PoolVerdict {
        requireNonNull(node, "node");
        requireNonNull(limits, "limits");
        requireNonNull(sizing, "sizing");
        Budget.check(poolSize, overhead, instances, keptBack);
    }

    /**
     * Whether the pools fit, and are large enough for their threads.
     *
     * @return {@code true} if the pool may be opened
     */
    public boolean fits() {
        return refusal().isEmpty();
    }

    /**
     * Why the pool may not be opened.
     *
     * @return the message, with the arithmetic and the remedy; empty if it may
     */
    public Optional<String> refusal() {
        long left = budget().left(limits.usable());
        if (budget().asked() > left) {
            return Optional.of(what() + ", but the server leaves " + left + " (" + arithmetic() + "): " + remedy());
        }
        return sizing.floor()
                .filter(floor -> floor.connections() > poolSize)
                .map(floor -> "pool of node \"" + node + "\" (" + poolSize + "): " + floor + ", or they wait for each"
                        + " other for ever; give it as many, or let fewer threads hold several connections at once");
    }

    /**
     * The largest pool that would fit, by the server alone.
     *
     * @return connections of one instance; 0 if none fits
     */
    public int largest() {
        return (int) Math.max(0, budget().fits(limits.usable()));
    }

    @Override
    public String toString() {
        return what() + " of " + budget().left(limits.usable()) + " (" + arithmetic() + "); " + largest()
                + " would fit, bound by " + limits.binding().name() + "; " + sizing;
    }

    private Budget budget() {
        return new Budget(poolSize, overhead, instances, keptBack);
    }

    private String what() {
        return "pool of node \"" + node + "\" " + budget();
    }

    private String arithmetic() {
        return limits.arithmetic()
                + (overridden == null ? "" : ", given, whatever the server says: " + overridden.usable())
                + ", kept back " + keptBack;
    }

    private String remedy() {
        long fits = budget().fits(limits.usable());
        return fits >= 1
                ? fits + " or less fits"
                : "none fits; raise " + limits.binding().name() + " or keep back less";
    }
}
