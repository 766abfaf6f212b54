package io.dbops.test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A shell process that outlives this JVM by the moment it takes to end the cluster's servers and remove its directory.
 *
 * <p>It reads a pipe whose other end this object holds. {@link #close()} closes the pipe, and so does the kernel when
 * the JVM dies of {@code kill -9}: both run the same clean-up, in {@code watchdog.sh}. It keeps none of the JVM's
 * streams open, ignores the signals of a terminal, and leaves the JVM's session where {@code setsid} exists.
 */
final class Watchdog implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String IN_OWN_SESSION = """
            command -v setsid >/dev/null 2>&1 && exec setsid sh -c "$0" watchdog "$1"
            exec sh -c "$0" watchdog "$1"
            """;

    private final Process process;
    private final Path directory;

    private Watchdog(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /** Starts to watch over the servers that run in a directory, and over the directory itself. */
    static Watchdog over(Path directory) throws IOException {
        Process process = new ProcessBuilder("sh", "-c", IN_OWN_SESSION, script(), directory.toString())
                .directory(Path.of("/").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Watchdog(process, directory);
    }

    private static String script() throws IOException {
        try (InputStream script = Watchdog.class.getResourceAsStream("watchdog.sh")) {
            return new String(Objects.requireNonNull(script, "watchdog.sh").readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Ends what still runs, removes the directory, and returns when both are gone. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) || Files.exists(directory)) {
                throw new ClusterException("the watchdog (pid " + process.pid() + ") did not remove " + directory
                        + ": look for processes that still use it");
            }
        } catch (IOException e) {
            throw new ClusterException(
                    "the watchdog (pid " + process.pid() + ") cannot be told to clear " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the watchdog finishes by itself
        }
    }
}
