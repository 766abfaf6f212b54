package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Standby;
import java.net.InetAddress;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Finds the nodes of a cluster again and again while a router is open.
 *
 * <p>What it finds is added to the nodes that were given; what it found before and finds no more is removed, unless it
 * is the primary. It runs on a thread of its own and may block. When it fails, or finds nothing at all, the nodes stay
 * as they are, and the log says so once.
 */
@FunctionalInterface
public interface Discovery {

    /** Asks the primary that is followed which servers stream from it. */
    @FunctionalInterface
    interface Standbys {

        /**
         * Asks now, over a connection of the primary's pool.
         *
         * @return the standbys
         * @throws SQLException if there is no primary, or it does not answer
         */
        List<Standby> ask() throws SQLException;
    }

    /**
     * Looks for nodes.
     *
     * @param standbys asks the primary
     * @return all nodes there are now; a name stands for one server, and for the same one each time
     * @throws Exception if it cannot be found out
     */
    Collection<Node> nodes(Standbys standbys) throws Exception;

    /**
     * Finds the addresses of a name in DNS, such as that of a headless service. The JVM keeps addresses for as long as
     * its security property {@code networkaddress.cache.ttl} says, 30 s by default.
     *
     * @param host the name
     * @param node makes a node of an address
     * @return the discovery
     */
    static Discovery byDns(String host, Function<InetAddress, Node> node) {
        requireNonNull(host, "host");
        requireNonNull(node, "node");
        return standbys -> Stream.of(InetAddress.getAllByName(host)).map(node).toList();
    }

    /**
     * Finds the servers that stream from the primary. It needs a primary to begin with: give that one, and the others
     * are found.
     *
     * @param node makes a node of a standby, or none of one that is not to be used
     * @return the discovery
     */
    static Discovery byReplication(Function<Standby, Optional<Node>> node) {
        requireNonNull(node, "node");
        return standbys ->
                standbys.ask().stream().map(node).flatMap(Optional::stream).toList();
    }
}
