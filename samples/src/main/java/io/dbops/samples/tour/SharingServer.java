package io.dbops.samples.tour;

import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Scene 8: three instances share a server's connections; one is killed, and the others take over what it had. */
final class SharingServer {

    /** Of 40 connections, three for each instance's own sessions are not for pools. */
    static final int POOLED = 31;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Connections that are asking, one for each instance, come on top. */
    private static final int ASKING = 3;

    private final Screen screen;
    private final EmbeddedNode primary;
    private final List<Instance> instances = new ArrayList<>();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicBoolean looking = new AtomicBoolean(true);

    private SharingServer(Screen screen, EmbeddedNode primary) {
        this.screen = screen;
        this.primary = primary;
    }

    /** Another JVM. */
    private record Instance(Process process, BufferedReader answers, Writer questions) {

        static Instance start(EmbeddedNode node) throws IOException {
            var builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-classpath",
                            System.getProperty("java.class.path"),
                            "-Dlogback.configurationFile=logback-tour.xml",
                            FleetInstance.class.getName(),
                            node.url(),
                            node.user())
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().put("TOUR_PASSWORD", node.password());
            Process process = builder.start();
            return new Instance(
                    process, process.inputReader(StandardCharsets.UTF_8), process.outputWriter(StandardCharsets.UTF_8));
        }

        /** What it may hold and holds; and its own table of the fleet. */
        List<String> ask() throws IOException {
            questions.write('\n');
            questions.flush();
            var lines = new ArrayList<String>();
            for (String line = answers.readLine(); line != null && !line.isEmpty(); line = answers.readLine()) {
                lines.add(line);
            }
            return lines;
        }

        /** How many connections it has, once it has all that it may; else -1. */
        int share() throws IOException {
            List<String> answer = ask();
            String[] numbers =
                    answer.isEmpty() ? new String[] {"0", "-1"} : answer.get(0).split(" ");
            return numbers[0].equals(numbers[1]) ? Integer.parseInt(numbers[0]) : -1;
        }
    }

    static Duration play(Screen screen, EmbeddedCluster cluster) throws Exception {
        screen.scene("Three instances share one server's connections");
        var scene = new SharingServer(screen, cluster.primary());
        var looker = new Thread(scene::look, "looker");
        looker.setDaemon(true);
        looker.start();
        try {
            return scene.play();
        } finally {
            scene.looking.set(false);
            looker.join();
            scene.instances.forEach(instance -> instance.process.destroyForcibly());
            for (Instance instance : scene.instances) {
                instance.process.waitFor();
            }
        }
    }

    private Duration play() throws Exception {
        screen.say(
                "%d pooled connections for all; each of them would have use for more. Locks of the server say whose they are.",
                POOLED);
        screen.gap();
        for (int i = 0; i < 3; i++) {
            instances.add(Instance.start(primary));
        }
        Stopwatch.until(LIMIT, "three instances have equal shares", () -> isShared(POOLED));
        show();
        screen.gap();
        screen.say("kill -9 for one of them, in the middle of its work:");
        screen.gap();
        Instance third = instances.remove(2);
        third.process.destroyForcibly();
        Duration moved = Stopwatch.until(LIMIT, "the others have what it had", () -> isShared(POOLED - 1));
        show();
        screen.gap();
        BrokenPromiseException.unless(
                most.get() <= POOLED + ASKING,
                most.get() + " pooled connections at once, of " + POOLED + " and " + ASKING + " that are asking");
        screen.held(
                "%s later the others have its share; never more than %d connections, of %d",
                Screen.millis(moved), most.get(), POOLED);
        return moved;
    }

    /** Whether they hold so many together, none more than one beyond another. The floor of an empty seat is nobody's. */
    private boolean isShared(int pooled) throws IOException {
        int sum = 0;
        int least = Integer.MAX_VALUE;
        int largest = 0;
        for (Instance instance : instances) {
            int share = instance.share();
            sum += share;
            least = Math.min(least, share);
            largest = Math.max(largest, share);
        }
        return sum == pooled && largest - least <= 1;
    }

    private void show() throws IOException {
        List<String> lines = instances.get(0).ask();
        screen.show(String.join("\n", lines.subList(1, lines.size())));
    }

    private void look() {
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            while (looking.get()) {
                try (ResultSet row = statement.executeQuery(
                        "select count(*) from pg_stat_activity where application_name = 'fleet'")) {
                    row.next();
                    most.accumulateAndGet(row.getInt(1), Math::max);
                }
            }
        } catch (SQLException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
