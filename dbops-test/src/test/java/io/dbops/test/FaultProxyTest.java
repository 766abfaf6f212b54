package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class FaultProxyTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SHORTLY = 150;

    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.to("127.0.0.1", server.port());
    }

    @AfterEach
    void close() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void passesEveryByteInOrder() throws Exception {
        byte[] sent = new byte[8 << 20];
        new Random(1).nextBytes(sent);
        try (Socket client = client()) {
            var writing = CompletableFuture.runAsync(() -> write(client, sent));
            byte[] received = client.getInputStream().readNBytes(sent.length);
            writing.join();
            assertThat(Arrays.equals(received, sent)).isTrue();
        }
    }

    @Test
    void passesTheEndOfEachDirection() throws IOException {
        try (Socket client = client()) {
            write(client, 'x');
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).containsExactly('x');
        }
        Await.orFail(PATIENCE, () -> proxy.connections() == 0, () -> "the connection did not end");
    }

    @Test
    void delayIsAddedToEachDirection() throws IOException {
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.delay(Duration.ofMillis(100));
            long start = System.nanoTime();
            echo(client, 'b');
            assertThat(elapsedSince(start)).isBetween(Duration.ofMillis(200), Duration.ofSeconds(5));

            proxy.delay(Duration.ofMinutes(10));
            write(client, 'c');
            assertSilent(client);
            proxy.heal();
            assertThat(client.getInputStream().read()).isEqualTo('c');
        }
    }

    @Test
    void delayDoesNotLimitThroughput() throws IOException {
        proxy.delay(Duration.ofMillis(100));
        byte[] sent = new byte[2 << 20];
        try (Socket client = client()) {
            long start = System.nanoTime();
            var writing = CompletableFuture.runAsync(() -> write(client, sent));
            client.getInputStream().readNBytes(sent.length);
            writing.join();
            assertThat(elapsedSince(start)).isLessThan(Duration.ofSeconds(5)); // 32 pieces after one another: 6.4 s
        }
    }

    @Test
    void throttleLimitsThroughput() throws IOException {
        proxy.throttle(100_000);
        byte[] sent = new byte[50_000];
        try (Socket client = client()) {
            long start = System.nanoTime();
            write(client, sent);
            client.getInputStream().readNBytes(sent.length);
            assertThat(elapsedSince(start)).isBetween(Duration.ofMillis(450), Duration.ofSeconds(10));
        }
    }

    @Test
    void droppedBytesArriveWhenHealed() throws IOException {
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.drop();
            write(client, 'b');
            assertSilent(client);
            assertThat(server.received()).isEqualTo(1);
            try (Socket second = client()) {
                write(second, 'c');
                assertSilent(second);
                assertThat(proxy.connections()).isEqualTo(2);

                proxy.heal();
                assertThat(second.getInputStream().read()).isEqualTo('c');
            }
            assertThat(client.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void halfOpenConnectionDeliversRequestsWithoutAnswers() throws IOException {
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.halfOpen();
            write(client, 'b');
            Await.orFail(PATIENCE, () -> server.received() == 2, () -> "the request did not arrive");
            assertSilent(client);
            proxy.heal();
            assertThat(client.getInputStream().read()).isEqualTo('b');
        }
    }

    @Test
    void endOfServerIsNoticedOnlyAfterHalfOpenHasHealed() throws IOException {
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.halfOpen();
            server.close();
            write(client, 'b');
            assertSilent(client);
            proxy.heal();
            assertThatThrownBy(() -> {
                        if (client.getInputStream().read() == -1) {
                            throw new SocketException("ended");
                        }
                    })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void resetEndsConnectionsButNotTheProxy() throws IOException {
        try (Socket client = client();
                Socket second = client()) {
            echo(client, 'a');
            proxy.reset();
            assertReset(client);
            assertReset(second);
            assertThat(proxy.connections()).isZero();
        }
        try (Socket client = client()) {
            echo(client, 'b');
        }
    }

    @Test
    void refusedConnectionsAreReset() throws IOException {
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.refuse();
            assertReset(client);
        }
        assertThatThrownBy(() -> {
                    try (Socket client = client()) {
                        echo(client, 'b');
                    }
                })
                .isInstanceOf(SocketException.class);
        proxy.heal();
        try (Socket client = client()) {
            echo(client, 'c');
        }
    }

    @Test
    void connectionIsResetWhenNobodyListensBehindTheProxy() throws IOException {
        server.close();
        assertThatThrownBy(() -> {
                    try (Socket client = client()) {
                        echo(client, 'a');
                    }
                })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void closeEndsConnectionsThreadAndPort() throws IOException {
        int port = proxy.port();
        try (Socket client = client()) {
            echo(client, 'a');
            proxy.close();
            proxy.close();
            assertReset(client);
        }
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(IOException.class);
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().equals("dbops-test-proxy-" + port) && thread.isAlive());
        assertThatThrownBy(() -> proxy.drop())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void rejectsWhatCannotBe() {
        assertThatThrownBy(() -> proxy.throttle(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> proxy.delay(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    private Socket client() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    private static Duration elapsedSince(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private static void echo(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        int answer = client.getInputStream().read();
        if (answer == -1) {
            throw new SocketException("ended");
        }
        assertThat(answer).isEqualTo(value);
    }

    private static void write(Socket client, int... bytes) {
        byte[] content = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            content[i] = (byte) bytes[i];
        }
        write(client, content);
    }

    private static void write(Socket client, byte[] bytes) {
        try {
            client.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void assertSilent(Socket client) throws IOException {
        client.setSoTimeout(SHORTLY);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout((int) PATIENCE.toMillis());
    }

    private static void assertReset(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    /** Sends back what it receives. */
    private static final class EchoServer {
        private final ServerSocket listener = new ServerSocket(0);
        private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
        private final AtomicLong received = new AtomicLong();

        private final Thread accepting;

        EchoServer() throws IOException {
            accepting = daemon(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        long received() {
            return received.get();
        }

        private static Thread daemon(Runnable task) {
            Thread thread = new Thread(task, "echo");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    sockets.add(socket);
                    daemon(() -> echo(socket));
                } catch (IOException closed) {
                    return;
                }
            }
        }

        private void echo(Socket socket) {
            byte[] buffer = new byte[1 << 14];
            try (socket) {
                for (int count = socket.getInputStream().read(buffer);
                        count >= 0;
                        count = socket.getInputStream().read(buffer)) {
                    received.addAndGet(count);
                    socket.getOutputStream().write(buffer, 0, count);
                }
            } catch (IOException reset) {
                // as the test wanted
            }
        }

        /** The port is only free when the thread in accept has let go of it. */
        void close() throws IOException {
            listener.close();
            Await.orFail(PATIENCE, () -> !accepting.isAlive(), () -> "the server still accepts");
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
