package io.dbops.samples.tour;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * What the tour prints on: lines of at most 100 columns, coloured where somebody looks on.
 */
final class Screen {

    private static final int WIDTH = 96;
    private static final String INDENT = "     ";

    private final PrintStream out;
    private final boolean colored;
    private int scenes;

    Screen(PrintStream out, boolean colored) {
        this.out = out;
        this.colored = colored;
    }

    /** The standard output: in colour if it is a terminal and nobody minds. */
    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 need -Djdk.console=java.base, which the build gives
    static Screen standard() {
        boolean dumb = "dumb".equals(System.getenv("TERM"));
        return new Screen(System.out, System.console() != null && System.getenv("NO_COLOR") == null && !dumb);
    }

    /** The head of the tour. */
    void title(String title, String subtitle) {
        out.println();
        out.println("  " + bold(title) + "  " + dim(subtitle));
    }

    /** The head of the next scene. */
    void scene(String title) {
        scenes++;
        out.println();
        out.println("  " + bold(scenes + "  " + title));
        out.println();
    }

    /** A paragraph. Words are wrapped. */
    void say(String format, Object... arguments) {
        wrap(INDENT, format(format, arguments));
    }

    private void wrap(String before, String text) {
        var line = new StringBuilder(before);
        for (String word : text.split(" ")) {
            if (line.length() + word.length() > WIDTH) {
                out.println(line.toString().stripTrailing());
                line.setLength(0);
                line.append(" ".repeat(before.length()));
            }
            line.append(word).append(' ');
        }
        out.println(line.toString().stripTrailing());
    }

    /** One of several sentences. Words are wrapped. */
    void item(String sentence) {
        wrap(INDENT + "  - ", sentence);
    }

    /** Lines as they are: code or a table. */
    void show(String text) {
        text.lines().forEach(line -> out.println((INDENT + "  " + line).stripTrailing()));
    }

    /** A line of a table that is the point of it. */
    void highlight(String line) {
        out.println(INDENT + "  " + green(line));
    }

    /** A line of a table that is what to be afraid of. */
    void warn(String line) {
        out.println(INDENT + "  " + red(line));
    }

    /** What was promised, and seen to hold. */
    void held(String format, Object... arguments) {
        out.println(INDENT + green("ok") + "  " + format(format, arguments));
    }

    /** The last line of a tour that failed. */
    void fail(String reason) {
        out.println();
        out.println("  " + red("FAILED") + "  " + reason);
        out.flush();
    }

    void gap() {
        out.println();
    }

    static String seconds(Duration duration) {
        return format("%.1f s", duration.toMillis() / 1e3);
    }

    static String millis(Duration duration) {
        return duration.toMillis() < 10_000 ? duration.toMillis() + " ms" : seconds(duration);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }

    private String bold(String text) {
        return styled("1", text);
    }

    private String dim(String text) {
        return styled("2", text);
    }

    private String green(String text) {
        return styled("32", text);
    }

    private String red(String text) {
        return styled("31", text);
    }

    private String styled(String code, String text) {
        return colored ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
