package io.dbops.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * A TCP proxy on a free loopback port that spoils the network between its clients and one server.
 *
 * <p>It keeps what TCP promises: bytes arrive late or never, but not changed, twice or out of order. What a fault holds
 * up is delivered once the fault has healed, as TCP would retransmit it. Delay and throttle add up; {@link #drop()},
 * {@link #halfOpen()} and {@link #refuse()} replace each other; {@link #heal()} ends all.
 *
 * <p>Safe for use by several threads. A method returns when its fault is in force, on existing connections and new
 * ones. One daemon thread, which ends at {@link #close()}, serves all connections; when the server cannot be reached,
 * it resets the client's connection.
 */
public final class FaultProxy implements AutoCloseable {
    private final ProxyLoop loop;

    private FaultProxy(ProxyLoop loop) {
        this.loop = loop;
    }

    /** Starts a proxy in front of a server, which need not listen yet; the caller closes it. */
    public static FaultProxy to(String host, int port) {
        try {
            return new FaultProxy(ProxyLoop.start(new InetSocketAddress(host, port)));
        } catch (IOException e) {
            throw new UncheckedIOException("no proxy for " + host + ":" + port, e);
        }
    }

    /** Returns the port on which the proxy listens, on 127.0.0.1. */
    public int port() {
        return loop.port();
    }

    /**
     * Delays what comes from now on, in each direction: a request and its answer take two delays longer. Throughput is
     * not limited. {@link Duration#ZERO} ends the delay.
     */
    public void delay(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay (" + delay + "): must not be negative");
        }
        loop.change(network -> network.withDelay(delay.toNanos()));
    }

    /** Limits each direction, all connections together, to so many bytes a second. */
    public void throttle(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("bytesPerSecond (" + bytesPerSecond + "): must be positive");
        }
        loop.change(network -> network.withBytesPerSecond(bytesPerSecond));
    }

    /**
     * Becomes a black hole: connections are accepted, stay open, and nothing passes in either direction, not even their
     * end.
     */
    public void drop() {
        loop.change(network -> network.withMode(Network.Mode.DROP));
    }

    /** Lets everything pass from the clients to the server and nothing back: requests are executed, answers vanish. */
    public void halfOpen() {
        loop.change(network -> network.withMode(Network.Mode.HALF_OPEN));
    }

    /** Resets every connection there is, on both sides. New ones are accepted as before. */
    public void reset() {
        loop.reset();
    }

    /** Resets every connection there is, and each new one as soon as it is accepted. */
    public void refuse() {
        loop.change(network -> network.withMode(Network.Mode.REFUSE));
        loop.reset();
    }

    /** Ends all faults. What was held up is delivered at once. */
    public void heal() {
        loop.change(network -> Network.HEALTHY);
    }

    /** Returns the number of clients that are connected; standbys that stream through the proxy are among them. */
    public int connections() {
        return loop.connections();
    }

    /** Resets all connections, frees the port and ends the thread. Does nothing when closed before. */
    @Override
    public void close() {
        loop.close();
    }
}
