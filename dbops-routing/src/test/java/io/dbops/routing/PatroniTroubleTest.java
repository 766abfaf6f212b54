package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dbops.routing.FakePatroni.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Patroni that is slow, gone, or not Patroni: nobody is primary, in time, and nothing is left behind. */
class PatroniTroubleTest {

    private static final Set<String> NODES = Set.of("db-1", "db-2");
    private static final Duration SHORT = Duration.ofMillis(300);

    /** What a question with the short limit may take on a busy machine; a hanging one takes for ever. */
    private static final Duration AMPLE = Duration.ofSeconds(10);

    private final FakePatroni patroni = new FakePatroni();
    private final CountDownLatch over = new CountDownLatch(1);

    PatroniTroubleTest() throws IOException {}

    @AfterEach
    void close() throws Exception {
        over.countDown();
        patroni.close();
        await("no thread is left", () -> threadsLeft().isEmpty());
    }

    /** Also those that the JDK keeps for connections that are kept. */
    private static Set<String> threadsLeft() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("dbops-patroni") || name.startsWith("Keep-Alive"))
                .collect(Collectors.toSet());
    }

    private static PatroniAuthority authority(URI... endpoints) {
        return PatroniAuthority.at(List.of(endpoints)).answeringWithin(SHORT);
    }

    /** {@return why a question failed, with what is said of each endpoint} */
    private static String failure(PatroniAuthority authority) {
        long start = System.nanoTime();
        Throwable failure = catchThrowable(() -> authority.primary(NODES));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AMPLE);
        assertThat(failure).isInstanceOf(IOException.class).hasMessageContaining("no Patroni endpoint");
        return failure.getMessage()
                + Arrays.stream(failure.getSuppressed())
                        .map(Throwable::getMessage)
                        .collect(Collectors.joining("; ", " (", ")"));
    }

    private Answer never() {
        return exchange -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    private void leading() {
        patroni.cluster(patroni.member("db-1", "leader", "running")).confirming("db-1");
    }

    @Test
    void nothingIsLeftAfterAnAnswer() throws Exception {
        leading();
        PatroniAuthority authority = authority(patroni.uri()).answeringWithin(Duration.ofSeconds(20));
        for (int i = 0; i < 20; i++) {
            assertThat(authority.primary(NODES)).contains("db-1");
        }
        await("no thread is left", () -> threadsLeft().isEmpty());
    }

    @Test
    void serverThatNeverAnswers() {
        patroni.on("/cluster", never());
        assertThat(failure(authority(patroni.uri()))).contains("within 300 ms");
    }

    @Test
    void leaderThatNeverConfirms() {
        leading();
        patroni.on("/primary", never());
        assertThat(failure(authority(patroni.uri()))).contains("within 300 ms");
    }

    @Test
    void hangingEndpointDoesNotHoldUpTheOthers() throws Exception {
        leading();
        try (FakePatroni hanging = new FakePatroni()) {
            hanging.on("/cluster", never());
            PatroniAuthority patient = authority(hanging.uri(), patroni.uri()).answeringWithin(Duration.ofMinutes(1));
            long start = System.nanoTime();
            assertThat(patient.primary(NODES)).contains("db-1");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
            await(
                    "no thread waits for what is not needed any more",
                    () -> threadsLeft().isEmpty());
        } finally {
            over.countDown();
        }
    }

    @Test
    void nobodyListens() throws Exception {
        URI gone;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
        assertThat(failure(authority(gone))).contains(gone + ": ").containsIgnoringCase("refused");
        leading();
        assertThat(authority(gone, patroni.uri()).answeringWithin(AMPLE).primary(NODES))
                .contains("db-1");
    }

    @Test
    void leaderThatCannotBeReached() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            patroni.cluster(patroni.member("db-1", "leader", "running")
                    .replace(patroni.uri().toString(), "http://127.0.0.1:" + socket.getLocalPort()));
        }
        assertThat(failure(authority(patroni.uri()).answeringWithin(AMPLE)))
                .contains("/primary failed")
                .containsIgnoringCase("refused");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<html>It works!</html>",
                "null",
                "[]",
                "\"members\"",
                "{",
                "{\"members\": [",
                "{\"members\": []",
                "{\"members\": []} {}",
                "{\"members\": []}x",
                "{}",
                "{\"members\": {}}",
                "{\"members\": null}",
                "{\"members\": [1]}",
                "{\"members\": [{}]}",
                "{\"members\": [{\"name\": 1, \"role\": \"leader\", \"state\": \"running\"}]}",
                "{\"members\": [{\"name\": \"db-1\", \"role\": [\"leader\"], \"state\": \"running\"}]}",
                "{\"members\": [{\"name\": \"db-1\", \"role\": \"replica\", \"role\": \"leader\", \"state\": \"running\"}]}",
                "{\"members\": [], \"members\": []}",
                "{'members': []}",
                "{\"members\": [],}",
            })
    void answerThatIsNotPatronis(String body) {
        patroni.on("/cluster", 200, body);
        assertThat(failure(authority(patroni.uri()).answeringWithin(AMPLE))).contains("the answer");
    }

    @Test
    void deeplyNestedAnswer() {
        patroni.on("/cluster", 200, "{\"members\": " + "[".repeat(100_000));
        assertThat(failure(authority(patroni.uri()).answeringWithin(AMPLE))).contains("the answer");
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 301, 401, 404, 500, 503})
    void otherStatus(int status) {
        patroni.on("/cluster", status, "");
        assertThat(failure(authority(patroni.uri()).answeringWithin(AMPLE))).contains("not answered with status 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://user:s3cret@127.0.0.1:1/patroni", "file:///etc/passwd", "::", "/patroni", "jar:x!/y"})
    void leaderAtAStrangeAddressIsNotAsked(String address) {
        patroni.cluster(patroni.member("db-1", "leader", "running").replace(patroni.uri() + "/patroni", address))
                .confirming("db-1");
        assertThat(failure(authority(patroni.uri()).answeringWithin(AMPLE)))
                .contains("api_url")
                .doesNotContain("s3cret");
    }

    @Test
    void hugeAnswerIsNotReadToItsEnd() {
        patroni.on("/cluster", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] part = " ".repeat(8192).getBytes(UTF_8);
            for (long sent = 0; sent < 1L << 40; sent += part.length) {
                exchange.getResponseBody().write(part); // fails when the reader has had enough
            }
        });
        assertThat(failure(authority(patroni.uri()).answeringWithin(Duration.ofMinutes(1))))
                .contains("larger than 1048576 bytes");
    }

    @Test
    void largeAnswerIsRead() throws Exception {
        leading();
        patroni.on(
                "/cluster",
                200,
                "{\"members\": [" + patroni.member("db-1", "leader", "running") + "]" + " ".repeat(1_000_000) + "}");
        assertThat(authority(patroni.uri()).answeringWithin(AMPLE).primary(NODES))
                .contains("db-1");
    }

    /** Each read is in time; all of them together are not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nX-Endless: ",
                "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n",
                "HTTP/1.0 200 OK\r\n\r\n",
            })
    void serverThatSendsAByteNowAndThen(String beginning) throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var dripping = new Thread(() -> drip(socket, beginning), "dripping");
            dripping.start();
            assertThat(failure(authority(URI.create("http://127.0.0.1:" + socket.getLocalPort()))))
                    .contains("within 300 ms");
            await("the reader has gone", () -> threadsLeft().isEmpty());
            over.countDown();
            dripping.join();
        }
    }

    private void drip(ServerSocket socket, String beginning) {
        while (over.getCount() > 0) {
            try (Socket connection = socket.accept();
                    OutputStream out = connection.getOutputStream()) {
                out.write(beginning.getBytes(UTF_8));
                while (over.getCount() > 0) {
                    out.write(' ');
                    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
                }
            } catch (IOException e) {
                return; // the reader has gone
            }
        }
    }

    @Test
    void serverThatDoesNotSpeakHttp() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var other = new Thread(() -> {
                try (Socket connection = socket.accept()) {
                    connection.getOutputStream().write("SSH-2.0-OpenSSH_9.2\r\n\r\n".getBytes(UTF_8));
                } catch (IOException e) {
                    // the question has failed
                }
            });
            other.start();
            assertThat(failure(authority(URI.create("http://127.0.0.1:" + socket.getLocalPort()))
                            .answeringWithin(AMPLE)))
                    .contains("no Patroni endpoint");
            other.join();
        }
    }

    @Test
    void interruptEndsTheQuestion() throws Exception {
        patroni.on("/cluster", never());
        var thrown = new AtomicReference<Throwable>();
        var asking = new Thread(() -> thrown.set(catchThrowable(() ->
                authority(patroni.uri()).answeringWithin(Duration.ofMinutes(1)).primary(NODES))));
        asking.start();
        await("the server is asked", () -> !patroni.requests().isEmpty());
        asking.interrupt();
        asking.join(AMPLE.toMillis());
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        await("no thread is left", () -> threadsLeft().isEmpty());
    }

    @Test
    void onePartialFailureDoesNotHideThatNobodyLeads() throws Exception {
        patroni.cluster();
        try (FakePatroni broken = new FakePatroni()) {
            assertThat(authority(broken.uri(), patroni.uri())
                            .answeringWithin(AMPLE)
                            .primary(NODES))
                    .isEmpty();
        }
        assertThatThrownBy(() -> authority(URI.create("http://127.0.0.1:1")).primary(NODES))
                .isInstanceOf(IOException.class);
    }
}
