package io.dbops.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All other tests run on the class path, where a module declaration is not read. Here a consumer, in {@code
 * src/test/resources/consumer}, is compiled against the modules and run from them. It sees what an application gets: the
 * modules and their runtime dependencies, not what dbops is compiled with.
 */
class ModulePathTest {
    private static final Path CONSUMER = Path.of("src/test/resources/consumer");

    /** Written by the Maven build: samples' runtime dependencies. */
    private static final Path MODULE_PATH = Path.of("target/module-path.txt");

    @TempDir
    private Path compiled;

    @Test
    void consumerCompilesAndRunsOnTheModulePath() throws Exception {
        String modules = Files.readString(MODULE_PATH).strip();

        assertThat(javac(modules)).isEmpty();
        assertThat(run(modules, "io.dbops", "io.dbops.pool", "io.dbops.routing", "io.dbops.test"))
                .contains(
                        "module io.dbops",
                        "io.dbops exports io.dbops",
                        "io.dbops exports io.dbops.dialect",
                        "io.dbops exports io.dbops.tx",
                        "io.dbops.pool exports io.dbops.pool",
                        "io.dbops.routing exports io.dbops.routing",
                        "io.dbops.test exports io.dbops.test");
    }

    /** {@return what the compiler complains about} */
    private String javac(String modules) {
        StringWriter complaints = new StringWriter();
        PrintWriter out = new PrintWriter(complaints);
        int status = ToolProvider.findFirst("javac")
                .orElseThrow()
                .run(
                        out,
                        out,
                        "-Xlint:all",
                        "--release",
                        "17",
                        "--module-path",
                        modules,
                        "-d",
                        compiled.toString(),
                        CONSUMER.resolve("module-info.java").toString(),
                        CONSUMER.resolve("consumer/Main.java").toString());
        return status == 0 ? complaints.toString() : "javac ended with " + status + ":\n" + complaints;
    }

    private List<String> run(String modules, String... arguments) throws IOException, InterruptedException {
        Path output = compiled.resolve("output.txt");
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                modules + File.pathSeparator + compiled,
                "--module",
                "consumer/consumer.Main");
        java.command().addAll(List.of(arguments));
        Process process =
                java.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as("ended in time")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Files.readAllLines(output);
        assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
        return lines;
    }
}
