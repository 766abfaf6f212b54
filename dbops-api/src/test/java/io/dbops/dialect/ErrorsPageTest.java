package io.dbops.dialect;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/errors.md} to the code: its tables are written by this test, between marks. */
class ErrorsPageTest {

    private static final Path PAGE = Path.of("../docs/errors.md");
    private static final Path RENEWED = Path.of("target/errors.md");

    @Test
    void tablesOfThePageAreThoseOfTheCode() throws IOException {
        String page = Files.readString(PAGE);
        String renewed = page;
        renewed = withTable(renewed, "recoveries", recoveries());
        renewed = withTable(renewed, "postgresql", rows(PostgresErrors.rows()));
        renewed = withTable(renewed, "mysql", rows(MySqlErrors.rows()));
        Files.writeString(RENEWED, renewed);
        assertThat(page)
                .as("the page; renew it: cp dbops-api/%s docs/errors.md", RENEWED)
                .isEqualTo(renewed);
    }

    private static String withTable(String page, String name, String table) {
        Matcher block = Pattern.compile("(<!-- " + name + " -->\n).*?(<!-- end -->)", Pattern.DOTALL)
                .matcher(page);
        assertThat(block.find()).as("marks of %s", name).isTrue();
        return block.replaceFirst(found -> Matcher.quoteReplacement(found.group(1) + table + found.group(2)));
    }

    private static String recoveries() {
        return "| class | in the work | at COMMIT | autocommit |\n|---|---|---|---|\n"
                + Arrays.stream(ErrorClass.values())
                        .map(errorClass -> "| `" + errorClass + "` | "
                                + Arrays.stream(Phase.values())
                                        .map(phase -> ErrorTable.recovery(errorClass, phase)
                                                .name())
                                        .collect(joining(" | "))
                                + " |\n")
                        .collect(joining());
    }

    private static String rows(List<ErrorRow> rows) {
        boolean hasCodes = rows.stream().anyMatch(row -> row.code() != 0);
        String head = hasCodes
                ? "| code | state | class | name | source |\n|---|---|---|---|---|\n"
                : "| state | class | name | source |\n|---|---|---|---|\n";
        return head
                + rows.stream()
                        .map(row -> (hasCodes ? "| " + (row.code() == 0 ? "" : row.code()) + " " : "")
                                + "| " + state(row) + " | `" + row.errorClass() + "` | " + row.name() + " | "
                                + row.source() + " |\n")
                        .collect(joining());
    }

    private static String state(ErrorRow row) {
        String state = row.state().length() == 5 ? row.state() : row.state() + "*";
        return row.message().isEmpty() ? state : state + " \"" + row.message() + "\"";
    }
}
