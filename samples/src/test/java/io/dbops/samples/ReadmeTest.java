package io.dbops.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.retry.CommitMarkers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the pages for newcomers to the code: examples are code that runs, named tests and files exist. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");
    private static final Path SAMPLES = Path.of("src/main/java/io/dbops/samples");
    private static final Path FRAMEWORKS = Path.of("src/test/java/io/dbops/frameworks");
    private static final String GETTING_STARTED = "docs/getting-started.md";
    private static final String SESSIONS = "docs/sessions.md";
    private static final String FAILOVER = "docs/failover.md";
    private static final String COMMITS = "docs/commits.md";
    private static final String TRANSACTIONS = "docs/transactions.md";
    private static final String POOLS = "docs/pools.md";
    private static final String README = "README.md";
    private static final int MOST_LINES = 150;

    @Test
    void exampleIsCodeThatRuns() throws IOException {
        assertThat(page(README)).contains(block("ReadYourWrites.java", "readme"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "write", "replica"})
    void firstStepsAreCodeThatRuns(String tag) throws IOException {
        assertThat(page(GETTING_STARTED)).contains(block("GettingStarted.java", tag));
    }

    @ParameterizedTest
    @ValueSource(strings = {"threads", "requests", "processes"})
    void sessionsAreCodeThatRuns(String tag) throws IOException {
        assertThat(page(SESSIONS)).contains(block("AcrossThreadsAndProcesses.java", tag));
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "use", "prune"})
    void markersOfCommitsAreCodeThatRuns(String tag) throws IOException {
        assertThat(page(COMMITS)).contains(block("ProvingCommits.java", tag));
    }

    @ParameterizedTest
    @ValueSource(strings = {"over", "doors", "savepoint", "unknown"})
    void transactionsAreCodeThatRuns(String tag) throws IOException {
        assertThat(page(TRANSACTIONS)).contains(block("SurvivingTransactions.java", tag));
    }

    @ParameterizedTest
    @ValueSource(strings = "sizing")
    void poolsAreCodeThatRuns(String tag) throws IOException {
        assertThat(page(POOLS)).contains(block("FittingPools.java", tag));
    }

    @Test
    void poolsOfAFleetAreCodeThatRuns() throws IOException {
        assertThat(page(POOLS)).contains(block("SharingPools.java", "sharing"));
    }

    @Test
    void doorsOfAClerkAreCodeThatRuns() throws IOException {
        assertThat(page(TRANSACTIONS)).contains(block("tpcc/Terminal.java", "doors"));
    }

    @Test
    void reportsOfDeadlocksAreCodeThatRuns() throws IOException {
        assertThat(page(TRANSACTIONS)).contains(block("ReportingDeadlocks.java", "report"));
    }

    @Test
    void joiningTheTransactionsOfSpringIsCodeThatRuns() throws IOException {
        assertThat(page(TRANSACTIONS)).contains(block(FRAMEWORKS.resolve("SpringJoiningTest.java"), "joining"));
    }

    @Test
    void theTableOfMarkersIsShownAsItIs() throws IOException {
        assertThat(page(COMMITS)).contains("```sql\n" + CommitMarkers.standard().ddl() + "\n```\n");
    }

    @Test
    void readmeIsAScreenAndAHalf() throws IOException {
        assertThat(page(README).lines()).hasSizeLessThanOrEqualTo(MOST_LINES);
    }

    @ParameterizedTest
    @ValueSource(strings = {README, COMMITS, TRANSACTIONS, POOLS})
    void testsThatPagesNameExist(String page) throws IOException {
        assertThat(matches(page, "`(\\w+Test)`"))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(tests()).contains(name + ".java"));
    }

    @ParameterizedTest
    @ValueSource(strings = {README, GETTING_STARTED, SESSIONS, FAILOVER, COMMITS, TRANSACTIONS, POOLS})
    void filesThatAreLinkedToExist(String page) throws IOException {
        Path directory = ROOT.resolve(page).resolve("..");
        assertThat(matches(page, "\\]\\(([^):#]+)[^)]*\\)"))
                .isNotEmpty()
                .allSatisfy(
                        link -> assertThat(directory.resolve(link).normalize()).exists());
    }

    /** The lines of a sample between its marks, as a page shows them. */
    private static String block(String sample, String tag) throws IOException {
        return block(SAMPLES.resolve(sample), tag);
    }

    private static String block(Path sample, String tag) throws IOException {
        String source = Files.readString(sample);
        String[] parts = source.split(" *// (tag|end)::" + tag + "\n", -1);
        assertThat(parts).as("marks of %s in %s", tag, sample).hasSize(3);
        return "```java\n" + parts[1].stripTrailing().stripIndent() + "\n```\n";
    }

    private static String page(String page) throws IOException {
        return Files.readString(ROOT.resolve(page));
    }

    private static List<String> matches(String page, String pattern) throws IOException {
        return Pattern.compile(pattern)
                .matcher(page(page))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    private static List<String> tests() throws IOException {
        try (Stream<Path> files = Files.find(ROOT, 12, (path, attributes) -> path.endsWith("src/test/java"))) {
            return files.flatMap(ReadmeTest::filesBelow).toList();
        }
    }

    private static Stream<String> filesBelow(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.map(file -> file.getFileName().toString()).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
