package io.dbops.pool.torture;

import io.dbops.test.FaultProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An {@link Instance} as its parent sees it, with two proxies of its own: one for its pool and one for its guard. */
final class InstanceProcess implements AutoCloseable {

    final int number;
    final FaultProxy pool;
    final FaultProxy guard;
    private final Process process;
    private volatile boolean open;
    private volatile String told = "0 0 0 0 {}";

    private InstanceProcess(int number, FaultProxy pool, FaultProxy guard, Process process) {
        this.number = number;
        this.pool = pool;
        this.guard = guard;
        this.process = process;
        var reader = new Thread(this::listen, "instance-" + number);
        reader.setDaemon(true);
        reader.start();
    }

    static InstanceProcess start(int number, int port, int usable, long seed, Path directory) throws IOException {
        FaultProxy pool = FaultProxy.to("127.0.0.1", port);
        FaultProxy guard = FaultProxy.to("127.0.0.1", port);
        String url = "jdbc:postgresql://127.0.0.1:" + pool.port() + "/app?socketFactory=" + TwoWays.class.getName()
                + "&socketFactoryArg=" + guard.port();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx96m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Instance.class.getName(),
                        url,
                        Integer.toString(usable),
                        Long.toString(seed + number))
                .redirectError(directory
                        .resolve("instance-" + port + "-" + number + ".err")
                        .toFile())
                .start();
        return new InstanceProcess(number, pool, guard, process);
    }

    private void listen() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("open")) {
                    open = true;
                } else if (line.endsWith("}")) {
                    told = line;
                }
            }
        } catch (IOException e) {
            // It was killed in the middle of a line.
            open = false;
        }
    }

    boolean isOpen() {
        return open && process.isAlive();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** What it told last: queries, connections in use, size, refusals, errors. */
    String told() {
        return told;
    }

    /** Connections that the server has refused it for lack of any. */
    long refused() {
        return Long.parseLong(told.split(" ", 5)[3]);
    }

    /** Has its next queries take more than ten seconds. */
    void runLong() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Lets it close its pool and end. Does not wait. */
    void leave() {
        process.destroy();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + signal + " " + process.pid())
                .start()
                .waitFor();
    }

    boolean awaitEnd(int seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    /** The ways to the server. */
    List<FaultProxy> both() {
        return List.of(pool, guard);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        both().forEach(FaultProxy::close);
    }
}
