package io.dbops;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides where units of work run. Implemented by the module dbops-routing; the builder takes one as an argument. */
@FunctionalInterface
public interface Routing {

    /**
     * Opens a router over nodes and waits until each has answered or failed once.
     *
     * @param application the name given to {@link DbOps#named}
     * @param nodes the nodes, at least one, with unique names
     * @param pools opens pools for nodes given by address, or {@code null} if none was given
     * @param registry where meters go, or {@code null} for nowhere
     * @return the router; whoever asked for it closes it
     * @throws DbOpsException if a server proves the configuration wrong
     */
    Router open(String application, List<Node> nodes, @Nullable Pools pools, @Nullable MeterRegistry registry);
}
