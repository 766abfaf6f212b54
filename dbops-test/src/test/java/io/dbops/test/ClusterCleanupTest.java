package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Nothing is left behind, however a cluster ends. */
final class ClusterCleanupTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void closeLeavesNoProcessFileOrThread() throws IOException {
        EmbeddedCluster cluster =
                EmbeddedCluster.builder().replicas(2).proxied().start();
        List<Long> pids = allPids(cluster);
        assertThat(segmentsOf(pids)).hasSize(3);
        cluster.nodes().get(0).freeze();
        cluster.nodes().get(1).kill();
        cluster.close();
        cluster.close();

        assertThat(pids).hasSizeGreaterThan(6).noneMatch(Signals::isAlive);
        assertThat(segmentsOf(pids)).isEmpty();
        assertThat(cluster.directory()).doesNotExist();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("dbops-test"));
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .noneMatch(child -> child.info().commandLine().orElse("").contains("watchdog"));
    }

    /**
     * Segments of shared memory outlive a process that is killed; the fifth column names the process that made them.
     */
    private static List<String> segmentsOf(List<Long> pids) throws IOException {
        Path segments = Path.of("/proc/sysvipc/shm");
        if (!Files.exists(segments)) {
            return List.of();
        }
        return Files.readAllLines(segments).stream()
                .skip(1)
                .filter(line -> pids.contains(Long.valueOf(line.trim().split("\\s+", -1)[4])))
                .toList();
    }

    @Test
    void closedClusterRefusesChanges() {
        EmbeddedCluster cluster = EmbeddedCluster.start(0);
        cluster.close();
        assertThatThrownBy(() -> cluster.primary().start())
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("closed");
        assertThat(cluster.primary().isRunning()).isFalse();
    }

    @Test
    void clusterThatCannotStartSaysWhyAndLeavesNothing() throws IOException {
        Path own = Files.createTempDirectory(ClusterDirectory.parent(), "dbops-cleanup-");
        String before = System.getProperty(ClusterDirectory.PROPERTY);
        try {
            // The servers may run as another user.
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx--x--x"));
            // Where all clusters are, those of other builds come and go.
            System.setProperty(ClusterDirectory.PROPERTY, own.toString());
            assertThatThrownBy(() -> EmbeddedCluster.builder()
                            .setting("max_connections", "many")
                            .start())
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("invalid value for parameter \"max_connections\": \"many\"")
                    .as("it was started in the directory that is looked at")
                    .hasMessageContaining(own.toString());
            assertThat(own).isEmptyDirectory();
        } finally {
            if (before == null) {
                System.clearProperty(ClusterDirectory.PROPERTY);
            } else {
                System.setProperty(ClusterDirectory.PROPERTY, before);
            }
            FileTrees.delete(own);
        }
    }

    @Test
    void settingsOfTheClusterItselfAreRejected() {
        assertThatThrownBy(() -> EmbeddedCluster.builder().setting("port", "5432"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port");
        assertThatThrownBy(() -> EmbeddedCluster.builder().replicas(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void twoClustersLiveSideBySide() throws SQLException {
        try (EmbeddedCluster one = EmbeddedCluster.start(0)) {
            Rows.create(one.primary());
            try (EmbeddedCluster two = EmbeddedCluster.start(0)) {
                Rows.create(two.primary());
                Rows.insert(two.primary(), "of two");
                assertThat(Rows.count(one.primary(), "of two")).isZero();
            }
            Rows.insert(one.primary(), "of one");
            assertThat(Rows.count(one.primary(), "of one")).isOne();
        }
    }

    /** The child has a frozen server and a killed one, and gets no chance to close anything. */
    @Test
    void killedJvmLeavesNoProcessOrFile() throws IOException, InterruptedException {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Orphan.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Path directory;
        List<Long> pids;
        try (var out = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            directory = Path.of(out.readLine());
            pids = Arrays.stream(out.readLine().split(",")).map(Long::valueOf).toList();
        } finally {
            jvm.destroyForcibly();
        }
        jvm.waitFor();

        assertThat(pids).hasSizeGreaterThan(6);
        assertThat(Await.within(PATIENCE, () -> pids.stream().noneMatch(Signals::isAlive)))
                .isTrue();
        assertThat(Await.within(PATIENCE, () -> !Files.exists(directory))).isTrue();
        assertThat(segmentsOf(pids)).isEmpty();
    }

    /** The JVM that is killed. */
    static final class Orphan {
        private Orphan() {}

        public static void main(String[] arguments) throws IOException {
            EmbeddedCluster cluster = EmbeddedCluster.start(2);
            List<Long> pids = allPids(cluster);
            cluster.node("db-2").freeze();
            cluster.node("db-3").kill();
            System.out.println(cluster.directory());
            System.out.println(pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
            System.in.read();
        }
    }

    private static List<Long> allPids(EmbeddedCluster cluster) {
        List<Long> pids = new ArrayList<>();
        for (EmbeddedNode node : cluster.nodes()) {
            pids.add(node.pid());
            pids.addAll(Signals.childrenOf(node.pid()));
        }
        return pids;
    }
}
