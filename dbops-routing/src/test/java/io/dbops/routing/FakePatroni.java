package io.dbops.routing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The REST API of one member: answers what it was told to, in Patroni's form by default. */
final class FakePatroni implements AutoCloseable {

    /** What answers a request. */
    @FunctionalInterface
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ConcurrentHashMap<String, Answer> answers = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    FakePatroni() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        requests.add(authorization == null ? path : path + " by " + authorization);
        // As servers of HTTP 1.0 do, which Patroni's is.
        exchange.getResponseHeaders().set("Connection", "close");
        try (exchange) {
            answers.getOrDefault(path, status(404, "")).to(exchange);
        }
    }

    static Answer status(int status, String body) {
        byte[] bytes = body.getBytes(UTF_8);
        return exchange -> {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        };
    }

    FakePatroni on(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    FakePatroni on(String path, int status, String body) {
        return on(path, status(status, body));
    }

    /** Tells of these members. */
    FakePatroni cluster(String... members) {
        return on("/cluster", 200, "{\"members\": [" + String.join(", ", members) + "], \"scope\": \"batman\"}");
    }

    /** {@return a member whose REST API this is} */
    String member(String name, String role, String state) {
        return "{\"name\": \"" + name + "\", \"role\": \"" + role + "\", \"state\": \"" + state + "\", \"api_url\": \""
                + uri() + "/patroni\", \"host\": \"10.0.0.1\", \"port\": 5432, \"timeline\": 3, \"lag\": 0}";
    }

    /** Says of itself that it is the primary and holds the lock. */
    FakePatroni confirming(String name) {
        return on("/primary", 200, itself(name, "primary", ""));
    }

    /** Says of itself that it does not hold the lock. */
    FakePatroni denying(String name) {
        return on("/primary", 503, itself(name, "replica", ""));
    }

    static String itself(String name, String role, String more) {
        return "{\"state\": \"running\", \"postmaster_start_time\": \"2026-01-01 00:00:00.0+00:00\", \"role\": \""
                + role
                + "\", \"server_version\": 180001, \"xlog\": {\"location\": 67197376}, \"timeline\": 3, " + more
                + " \"database_system_identifier\": \"7268616322854375442\", \"patroni\": {\"version\": \"4.1.0\","
                + " \"scope\": \"batman\", \"name\": \"" + name + "\"}}";
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** {@return the paths that were asked, each with who asked, if anybody said} */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
