package io.dbops.routing.torture;

import io.dbops.test.FaultProxy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A {@link Worker} as its parent sees it. In front of each node it has two proxies of its own: one for its pool and one
 * for the watch.
 */
final class WorkerProcess implements AutoCloseable {

    private static final long END_SECONDS = 30;

    final int number;
    final Path history;
    private final Map<String, Network> networks;
    private final Process process;
    private final Thread reader;
    private volatile String told = "";
    private volatile boolean ended;

    /** The ways to one node. */
    record Network(FaultProxy pool, FaultProxy watch) implements AutoCloseable {

        static Network to(int port) {
            return new Network(FaultProxy.to("127.0.0.1", port), FaultProxy.to("127.0.0.1", port));
        }

        List<FaultProxy> both() {
            return List.of(pool, watch);
        }

        @Override
        public void close() {
            pool.close();
            watch.close();
        }
    }

    private WorkerProcess(int number, Path history, Map<String, Network> networks, Process process) {
        this.number = number;
        this.history = history;
        this.networks = networks;
        this.process = process;
        reader = new Thread(this::listen, "worker-" + number);
        reader.setDaemon(true);
        reader.start();
    }

    static WorkerProcess start(
            int number, long seed, boolean waitsForLog, Path directory, Map<String, Network> networks)
            throws IOException {
        Path history = FileHistory.file(directory, "process-" + number);
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                Integer.toString(number),
                Long.toString(seed),
                waitsForLog ? "on" : "off",
                history.toString()));
        networks.forEach((node, network) -> command.add(node + "=" + network.pool.port() + "=" + network.watch.port()));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("process-" + number + ".err").toFile())
                .start();
        return new WorkerProcess(number, history, networks, process);
    }

    private void listen() {
        try (var in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("end")) {
                    ended = true;
                } else if (Character.isDigit(line.charAt(0))) {
                    long now = System.nanoTime();
                    long then = Long.parseLong(line.substring(0, line.indexOf(' ')));
                    if (then > now) {
                        throw new IllegalStateException("the clocks of two processes differ: " + then + " > " + now);
                    }
                    told = line;
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    Network network(String node) {
        return networks.get(node);
    }

    long pid() {
        return process.pid();
    }

    /** What it told last: the instant, the operations done, and what its router knows. */
    String told() {
        return told;
    }

    /** Whether it is known to have done something since an instant. */
    boolean toldSince(long instant) {
        return !told.isEmpty() && Long.parseLong(told.split(" ", 2)[0]) >= instant;
    }

    long operations() {
        return told.isEmpty() ? 0 : Long.parseLong(told.split(" ", 3)[1]);
    }

    /** Whether its router follows this primary, and knows all others to be fresh. */
    boolean sees(String primary, long freshMillis) {
        String[] words = told.split(" ");
        for (int i = 2; i < words.length; i++) {
            String[] node = words[i].split(":");
            long staleness = Long.parseLong(node[2]);
            boolean asWanted = node[0].equals(primary)
                    ? node[1].equals("PRIMARY")
                    : node[1].equals("REPLICA") && staleness >= 0 && staleness <= freshMillis;
            if (!asWanted) {
                return false;
            }
        }
        return words.length > 2;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end and to complete its history. Does not wait. */
    void stop() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
    }

    /** Waits for the end that was asked for. */
    void awaitEnd() throws InterruptedException {
        boolean gone = process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        reader.join(1_000);
        if (!gone || !ended) {
            throw new IllegalStateException("process " + number + " did not complete its history: "
                    + (gone ? "exit code " + process.exitValue() : "it still runs"));
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        networks.values().forEach(Network::close);
    }
}
