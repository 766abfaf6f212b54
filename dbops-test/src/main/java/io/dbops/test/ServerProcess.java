package io.dbops.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One PostgreSQL server as a child process: its start, its end and its signals.
 *
 * <p>Not thread-safe but for {@link #isRunning()}, {@link #isFrozen()}, {@link #port()} and {@link #logTail()}.
 */
final class ServerProcess {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final int FIRST_STARTS = 20;
    private static final int LOG_TAIL_BYTES = 3_000;
    private static final int STATUS_LINE = 7;
    private static final int SHARED_MEMORY_LINE = 6;

    private final PostgresBinaries binaries;
    private final DataDirectory data;
    private final Path log;
    private volatile int port;
    private volatile @Nullable Process process;
    private volatile boolean frozen;
    private long logStart;

    ServerProcess(PostgresBinaries binaries, DataDirectory data) {
        this.binaries = binaries;
        this.data = data;
        this.log = data.path().resolveSibling(data.path().getFileName() + ".log");
    }

    /** Runs a program to its end in the environment that every server has, and returns its exit code. */
    static int run(List<String> command, Path directory, Path log) throws IOException {
        try {
            return launch(command, directory, log).waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while running " + command, e);
        }
    }

    private static Process launch(List<String> command, Path directory, Path log) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_") || name.equals("LANG"));
        return builder.start();
    }

    /** Starts the server on a free port, which it then keeps. */
    void startSomewhere() throws IOException {
        for (int attempt = 1; ; attempt++) {
            port = FreePorts.next();
            launch();
            if (isReadyOrRefusedPort()) {
                return;
            } else if (attempt == FIRST_STARTS) {
                throw failure("found no free port in " + FIRST_STARTS + " attempts");
            }
        }
    }

    /** Starts the server on the port that it has, which another process may hold for a moment. */
    void start() throws IOException {
        if (isRunning()) {
            return;
        }
        Await.orFail(
                Duration.ofSeconds(10),
                () -> {
                    launch();
                    return isReadyOrRefusedPort();
                },
                () -> failureText("cannot have port " + port + " again"));
    }

    private void launch() throws IOException {
        logStart = Files.exists(log) ? Files.size(log) : 0;
        frozen = false;
        process = launch(
                data.privileges()
                        .wrap(List.of(
                                binaries.program("postgres"),
                                "-D",
                                data.path().toString(),
                                "-p",
                                Integer.toString(port))),
                data.path(),
                log);
    }

    /** Returns true when the server accepts connections, false when it ended because its port is taken. */
    private boolean isReadyOrRefusedPort() throws IOException {
        Process started = running();
        Await.orFail(
                START,
                () -> !started.isAlive() || isReady(started.pid()),
                () -> failureText("accepted no connections"));
        if (started.isAlive()) {
            return true;
        } else if (logSince(logStart).contains("Address already in use")) {
            return false;
        }
        throw failure("ended with exit code " + started.exitValue() + " instead of starting");
    }

    /** The postmaster tells its state in the eighth line of its pid file, as pg_ctl reads it. */
    private boolean isReady(long pid) throws IOException {
        List<String> lines = pidFile();
        return lines.size() > STATUS_LINE
                && lines.get(0).trim().equals(Long.toString(pid))
                && lines.get(STATUS_LINE).trim().equals("ready");
    }

    private List<String> pidFile() throws IOException {
        try {
            return Files.readAllLines(pidFilePath());
        } catch (NoSuchFileException notStarted) {
            return List.of();
        }
    }

    private Path pidFilePath() {
        return data.path().resolve("postmaster.pid");
    }

    /** Ends the server in order: sessions are cut, a checkpoint is written, standbys receive everything. */
    void stop() {
        if (isRunning()) {
            thaw();
            Signals.INT.send(List.of(pid()));
            awaitEnd("did not stop");
        }
    }

    /** Ends all processes of the server at once, frozen or not, as a crash of the machine would. */
    void kill() throws IOException {
        if (!isRunning()) {
            return;
        }
        long postmaster = pid();
        Signals.STOP.send(List.of(postmaster)); // so that it neither forks nor recovers while its children die
        List<Long> children = Signals.childrenOf(postmaster);
        Signals.KILL.send(children);
        Signals.KILL.send(List.of(postmaster));
        awaitEnd("survived SIGKILL");
        Await.orFail(
                STOP, () -> children.stream().noneMatch(Signals::isAlive), () -> failureText("left children behind"));
        frozen = false;
        releaseSharedMemory();
    }

    /** A postmaster that was killed leaves a segment behind, which would stay until the machine restarts. */
    private void releaseSharedMemory() throws IOException {
        List<String> lines = pidFile();
        if (lines.size() > SHARED_MEMORY_LINE) {
            String[] keyAndId = lines.get(SHARED_MEMORY_LINE).trim().split("\\s+", -1);
            if (keyAndId.length == 2) {
                run(List.of("sh", "-c", "ipcrm -m \"$0\" 2>/dev/null", keyAndId[1]), data.path(), log);
            }
        }
        Files.deleteIfExists(pidFilePath());
    }

    private void awaitEnd(String complaint) {
        Process ending = running();
        try {
            if (!ending.waitFor(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
                throw failure(complaint + " within " + STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure("was not awaited: interrupted");
        }
    }

    /** Stops all processes of the server without ending them: its sockets stay open, and nobody answers. */
    void freeze() {
        long postmaster = pid();
        frozen = true;
        Signals.STOP.send(List.of(postmaster)); // first, so that no child is born behind our back
        Signals.STOP.send(Signals.childrenOf(postmaster));
    }

    /** Undoes {@link #freeze()}. */
    void thaw() {
        if (frozen) {
            long postmaster = pid();
            Signals.CONT.send(Signals.childrenOf(postmaster));
            Signals.CONT.send(List.of(postmaster));
            frozen = false;
        }
    }

    boolean isRunning() {
        Process current = process;
        return current != null && current.isAlive();
    }

    boolean isFrozen() {
        return frozen && isRunning();
    }

    PostgresBinaries binaries() {
        return binaries;
    }

    int port() {
        return port;
    }

    long pid() {
        Process current = running();
        if (!current.isAlive()) {
            throw failure("is not running: start() it first");
        }
        return current.pid();
    }

    private Process running() {
        Process current = process;
        if (current == null) {
            throw failure("was never started");
        }
        return current;
    }

    private ClusterException failure(String what) {
        return new ClusterException(failureText(what));
    }

    private String failureText(String what) {
        return data.path().getFileName() + " " + what + logTail();
    }

    /** Returns the end of the server's log, as a paragraph for a message. */
    String logTail() {
        try {
            long size = Files.exists(log) ? Files.size(log) : 0;
            String tail = logSince(Math.max(0, size - LOG_TAIL_BYTES));
            return "\nThe end of its log:\n" + tail;
        } catch (IOException e) {
            return "\nIts log cannot be read: " + e;
        }
    }

    private String logSince(long offset) {
        try (var in = Files.newInputStream(log)) {
            in.skipNBytes(offset);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
