package io.dbops.routing;

import io.dbops.routing.jdbc.Witness.Elsewhere;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What instances of a fleet say to each other about deadlocks, through their server. Anyone who may connect to it can say
 * anything there: what is heard is text, bounded and without control characters, and an answer counts only for a
 * question that was asked.
 */
sealed interface FleetMessage {

    /** The first field of each message; others of another version, or of nobody we know, are not understood. */
    String VERSION = "dbops1";

    String SEPARATOR = "\u001f";

    /** Twelve fields of three bytes a character stay below what a notification holds. */
    int LONGEST_FIELD = 200;

    int MOST_FIELDS = 12;
    int MOST_PIDS = 10;

    /**
     * Whose processes were these?
     *
     * @param asker the router that asks
     * @param id the question's number there
     * @param micros when, by the server's clock
     * @param blocker the process that was in the victim's way
     * @param pids the processes
     */
    record Question(String asker, long id, long micros, long blocker, List<Long> pids) implements FleetMessage {
        @Override
        public String encoded() {
            String all = pids.stream().map(String::valueOf).collect(Collectors.joining(","));
            return join("q", asker, Long.toString(id), Long.toString(micros), Long.toString(blocker), all);
        }
    }

    /**
     * It was mine, of this unit of work.
     *
     * @param asker the router that asked
     * @param id the question's number there
     * @param pid the process
     * @param unit the unit of work
     */
    record Answer(String asker, long id, long pid, Elsewhere unit) implements FleetMessage {
        @Override
        public String encoded() {
            StackTraceElement site = unit.site();
            return join(
                    "a",
                    asker,
                    Long.toString(id),
                    Long.toString(pid),
                    unit.instance(),
                    Objects.requireNonNullElse(unit.name(), ""),
                    site.getClassName(),
                    site.getMethodName(),
                    Objects.requireNonNullElse(site.getFileName(), ""),
                    Integer.toString(site.getLineNumber()),
                    unit.attempt() + "/" + unit.thread());
        }
    }

    /**
     * It was mine, but I do not know any more of which unit of work.
     *
     * @param asker the router that asked
     * @param id the question's number there
     * @param pid the process
     * @param why for people
     */
    record Unclear(String asker, long id, long pid, String why) implements FleetMessage {
        @Override
        public String encoded() {
            return join("u", asker, Long.toString(id), Long.toString(pid), why);
        }
    }

    /** As text of less than 8,000 bytes. */
    String encoded();

    private static String join(String... fields) {
        return VERSION
                + SEPARATOR
                + Arrays.stream(fields).map(FleetMessage::clean).collect(Collectors.joining(SEPARATOR));
    }

    /** Bounded, and without what would break a line of a log. */
    static String clean(String field) {
        String shown = field.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", " ");
        return shown.length() <= LONGEST_FIELD ? shown : shown.substring(0, LONGEST_FIELD);
    }

    /** What a text says, or {@code null} if it is none of these. */
    static @Nullable FleetMessage of(String text) {
        String[] field = text.split(SEPARATOR, MOST_FIELDS + 1);
        for (int i = 0; i < field.length; i++) {
            field[i] = clean(field[i]);
        }
        if (field.length < 6 || field.length > MOST_FIELDS || !field[0].equals(VERSION)) {
            return null;
        }
        try {
            long id = Long.parseLong(field[3]);
            long number = Long.parseLong(field[4]);
            if (field[1].equals("q") && field.length == 7) {
                return new Question(field[2], id, number, Long.parseLong(field[5]), pids(field[6]));
            } else if (field[1].equals("a") && field.length == 12) {
                return new Answer(field[2], id, number, unit(field));
            } else if (field[1].equals("u") && field.length == 6) {
                return new Unclear(field[2], id, number, field[5]);
            }
        } catch (NumberFormatException e) {
            return null;
        }
        return null;
    }

    private static List<Long> pids(String field) {
        var pids = new ArrayList<Long>();
        for (String pid : field.split(",", MOST_PIDS + 1)) {
            if (pids.size() < MOST_PIDS) {
                pids.add(Long.parseLong(pid));
            }
        }
        return List.copyOf(pids);
    }

    private static Elsewhere unit(String[] field) {
        var site = new StackTraceElement(
                field[7], field[8], field[9].isEmpty() ? null : field[9], Integer.parseInt(field[10]));
        int slash = field[11].indexOf('/');
        return new Elsewhere(
                field[5],
                field[6].isEmpty() ? null : field[6],
                site,
                field[11].substring(slash + 1),
                Integer.parseInt(field[11].substring(0, Math.max(0, slash))));
    }
}
