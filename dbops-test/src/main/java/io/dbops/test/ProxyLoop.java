package io.dbops.test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a {@link FaultProxy}, which alone touches its connections.
 *
 * <p>Others hand it a task and wait until it is done. That makes a fault take effect between two steps of the loop, so
 * that not a byte passes once the method that asked for it has returned.
 */
final class ProxyLoop implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyLoop.class);

    private final InetSocketAddress target;
    private final ServerSocketChannel listener;
    private final int port;
    private final Selector selector;
    private final Thread thread;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
    private volatile boolean closing;

    // Of the thread alone:
    private final ByteBuffer scratch = ByteBuffer.allocateDirect(ProxyFlow.LARGEST_PIECE);
    private final ProxyFlow.Line there = new ProxyFlow.Line();
    private final ProxyFlow.Line back = new ProxyFlow.Line();
    private final List<ProxyLink> links = new ArrayList<>();
    private Network network = Network.HEALTHY;

    private ProxyLoop(InetSocketAddress target, ServerSocketChannel listener, Selector selector) throws IOException {
        this.target = target;
        this.listener = listener;
        this.selector = selector;
        this.port = listener.socket().getLocalPort();
        this.thread = new Thread(this::run, "dbops-test-proxy-" + port);
        this.thread.setDaemon(true);
    }

    static ProxyLoop start(InetSocketAddress target) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open();
        try {
            listener.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            listener.configureBlocking(false);
            Selector selector = Selector.open();
            listener.register(selector, SelectionKey.OP_ACCEPT);
            ProxyLoop loop = new ProxyLoop(target, listener, selector);
            loop.thread.start();
            return loop;
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    int port() {
        return port;
    }

    /** Changes the network; a healthy one delivers at once whatever was held up. */
    void change(UnaryOperator<Network> change) {
        inLoop(() -> {
            network = change.apply(network);
            if (network.equals(Network.HEALTHY)) {
                long now = System.nanoTime();
                there.clear(now);
                back.clear(now);
                links.forEach(link -> link.hurry(now));
            }
        });
    }

    /** Resets all connections, also those that were not accepted yet. */
    void reset() {
        inLoop(() -> {
            accept();
            links.forEach(ProxyLink::reset);
            links.clear();
        });
    }

    int connections() {
        int[] count = new int[1];
        inLoop(() -> count[0] = links.size());
        return count[0];
    }

    @Override
    public void close() {
        closing = true;
        selector.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the thread ends by itself
        }
    }

    private void inLoop(Runnable task) {
        CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
        tasks.add(() -> {
            task.run();
            done.complete(null);
        });
        selector.wakeup();
        CompletableFuture.anyOf(done, ended).join();
        if (!done.isDone()) {
            throw new IllegalStateException("the proxy on port " + port + " is closed");
        }
    }

    private void run() {
        try {
            while (!closing) {
                step();
            }
        } catch (IOException | RuntimeException e) {
            log.warn("The proxy on port {} to {} gave up", port, target, e);
        } finally {
            links.forEach(ProxyLink::reset);
            try {
                listener.close();
                selector.close();
            } catch (IOException e) {
                log.debug("Closing the proxy on port {}", port, e);
            }
            ended.complete(null);
        }
    }

    private void step() throws IOException {
        long waitNanos = Long.MAX_VALUE;
        long before = System.nanoTime();
        for (ProxyLink link : links) {
            waitNanos = Math.min(waitNanos, link.nanosToNext(before, network));
        }
        select(waitNanos);
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid()) {
                serve(key, now);
            }
        }
        selector.selectedKeys().clear();
        links.forEach(link -> link.advance(target, now, network));
        links.removeIf(ProxyLink::isClosed);
    }

    private void serve(SelectionKey key, long now) {
        if (key.attachment() instanceof ProxyLink link) {
            link.ready(key, scratch, link.isClientKey(key) ? there : back, now, network);
        } else {
            accept();
        }
    }

    private void select(long nanos) throws IOException {
        if (nanos == Long.MAX_VALUE) {
            selector.select();
        } else if (nanos <= 0) {
            selector.selectNow();
        } else {
            selector.select(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
        }
    }

    private void accept() {
        try {
            for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
                if (network.mode() == Network.Mode.REFUSE) {
                    ProxyLink.abort(client);
                } else {
                    links.add(new ProxyLink(client, selector));
                }
            }
        } catch (IOException e) {
            log.warn("The proxy on port {} could not accept a connection", port, e);
        }
    }
}
