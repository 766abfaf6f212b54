package io.dbops.test;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * One client's connection and its counterpart to the server. Used by the proxy's thread only.
 *
 * <p>A closed direction is neither read nor written, so the sender's window fills as if nobody acknowledged. A failure
 * of the server's side is news from the server, which a closed way back holds up too.
 */
final class ProxyLink {
    private final SocketChannel client;
    private final SocketChannel server;
    private final SelectionKey clientKey;
    private final SelectionKey serverKey;
    private final ProxyFlow requests;
    private final ProxyFlow answers;
    private boolean connecting;
    private boolean connected;
    private boolean serverLost;
    private boolean closed;

    /** Takes an accepted connection over; it is the link's to close, also when this fails. */
    ProxyLink(SocketChannel client, Selector selector) throws IOException {
        this.client = client;
        this.server = SocketChannel.open();
        this.clientKey = register(client, selector);
        this.serverKey = register(server, selector);
        this.requests = new ProxyFlow(client, server);
        this.answers = new ProxyFlow(server, client);
    }

    private SelectionKey register(SocketChannel channel, Selector selector) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel.register(selector, 0, this);
    }

    /** Reads from a channel that the selector found readable, or finishes its connect. */
    void ready(SelectionKey key, ByteBuffer scratch, ProxyFlow.Line line, long now, Network network) {
        boolean isClient = isClientKey(key);
        try {
            if (key.isConnectable()) {
                connected = server.finishConnect();
                connecting = !connected;
            }
            if (key.isReadable()) {
                (isClient ? requests : answers).read(scratch, line, now, network);
            }
        } catch (IOException e) {
            fail(isClient);
        }
    }

    boolean isClientKey(SelectionKey key) {
        return key.equals(clientKey);
    }

    /** Moves on whatever the network lets pass, and tells the selector what to look for. */
    void advance(InetSocketAddress target, long now, Network network) {
        if (network.letsRequestsPass()) {
            connect(target);
            write(requests, false, now);
        }
        if (network.letsAnswersPass()) {
            if (serverLost) {
                reset();
            }
            write(answers, true, now);
        }
        if (requests.isEnded() && answers.isEnded()) {
            close();
        }
        if (!closed) {
            watch(network);
        }
    }

    private void connect(InetSocketAddress target) {
        if (!connecting && !connected && !serverLost) {
            try {
                connected = server.connect(target);
                connecting = !connected;
            } catch (IOException e) {
                fail(false);
            }
        }
    }

    private void write(ProxyFlow flow, boolean toClient, long now) {
        if (connected && !serverLost && !closed) {
            try {
                flow.write(now);
            } catch (IOException e) {
                fail(toClient);
            }
        }
    }

    private void fail(boolean ofClient) {
        if (ofClient) {
            reset();
        } else {
            serverLost = true;
            abort(server);
        }
    }

    private void watch(Network network) {
        boolean there = network.letsRequestsPass();
        boolean back = network.letsAnswersPass();
        boolean open = connected && !serverLost;
        int onClient = (open && there && requests.wantsToRead(network) ? SelectionKey.OP_READ : 0)
                | (open && back && answers.isSinkFull() ? SelectionKey.OP_WRITE : 0);
        int onServer = (connecting && !serverLost && there ? SelectionKey.OP_CONNECT : 0)
                | (open && back && answers.wantsToRead(network) ? SelectionKey.OP_READ : 0)
                | (open && there && requests.isSinkFull() ? SelectionKey.OP_WRITE : 0);
        clientKey.interestOps(onClient);
        if (!serverLost) {
            serverKey.interestOps(onServer);
        }
    }

    /** Makes everything on its way due. */
    void hurry(long now) {
        requests.hurry(now);
        answers.hurry(now);
    }

    /** Returns how long until this link has something to do by itself. */
    long nanosToNext(long now, Network network) {
        boolean open = connected && !serverLost;
        return Math.min(
                open && network.letsRequestsPass() ? requests.nanosToNext(now) : Long.MAX_VALUE,
                open && network.letsAnswersPass() ? answers.nanosToNext(now) : Long.MAX_VALUE);
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends both connections with RST. */
    void reset() {
        closed = true;
        abort(client);
        abort(server);
    }

    private void close() {
        closed = true;
        closeQuietly(client);
        closeQuietly(server);
    }

    /** Closes a channel in such a way that its peer sees a reset instead of an end. */
    static void abort(SocketChannel channel) {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException alreadyClosed) {
            // nothing to reset
        }
        closeQuietly(channel);
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // as closed as it gets
        }
    }
}
