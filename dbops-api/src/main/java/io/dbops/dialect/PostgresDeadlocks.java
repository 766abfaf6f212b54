package io.dbops.dialect;

import io.dbops.dialect.Deadlock.Wait;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads what PostgreSQL 14 to 18 says of a deadlock, from the message as pgJDBC has it:
 *
 * <pre>
 * ERROR: deadlock detected
 *   Detail: Process 4711 waits for ShareLock on transaction 757; blocked by process 4712.
 * Process 4712 waits for ShareLock on transaction 756; blocked by process 4711.
 *   Hint: See server log for query details.
 *   Where: while updating tuple (0,1) in relation "account"
 * </pre>
 *
 * <p>The words may be of another language ({@code lc_messages}), so none is relied on. What stays in every translation are
 * the names of lock modes, and that a line begins with the number of who waits and ends with that of who is in the way.
 * Whether that was read right is then seen: the lines must close a circle of processes, each of them once. If they do
 * not, nobody is named.
 */
final class PostgresDeadlocks {

    private static final String DEADLOCK_DETECTED = "40P01";

    private static final Pattern MODE = Pattern.compile(
            "(?<![A-Za-z])((?:Access|Row)?(?:Share|Exclusive)|ShareUpdateExclusive|ShareRowExclusive)Lock(?![A-Za-z])");

    private static final Pattern NUMBER = Pattern.compile("\\d+");

    private static final Pattern IN_ENGLISH = Pattern.compile("waits for \\w+ on (.+); blocked by process \\d+\\.?$");

    /** A place in a table, and the table's name in the quotation marks of the language. */
    private static final Pattern TUPLE =
            Pattern.compile("\\(\\d+,\\s?\\d+\\)[^\"»«„“”]*([\"»«„“])\\s?([^\"»«„“”]+?)\\s?[\"»«“”]");

    private static final int LONGEST_NUMBER = 18;

    private PostgresDeadlocks() {}

    /** What is told of a deadlock; {@code null} if the error is not one. */
    static @Nullable Deadlock of(SQLException error) {
        if (!DEADLOCK_DETECTED.equals(error.getSQLState())) {
            return null;
        }
        String message = error.getMessage();
        return new Deadlock(message == null ? List.of() : waits(message.lines().toList()));
    }

    private static List<Wait> waits(List<String> lines) {
        var waits = new ArrayList<Wait>();
        String relation = null;
        boolean isOver = false;
        for (String line : lines) {
            Wait wait = isOver ? null : wait(line);
            if (wait != null) {
                waits.add(wait);
            } else {
                // What follows is context, which may quote anything.
                isOver |= !waits.isEmpty();
                Matcher tuple = TUPLE.matcher(line);
                if (isOver && relation == null && tuple.find()) {
                    relation = tuple.group(2);
                }
            }
        }
        if (!isCircle(waits)) {
            return List.of();
        }
        Wait own = waits.get(0);
        waits.set(0, new Wait(own.pid(), own.mode(), own.object(), relation, own.blockedBy()));
        return waits;
    }

    private static @Nullable Wait wait(String line) {
        Matcher mode = MODE.matcher(line);
        if (!mode.find()) {
            return null;
        }
        Matcher number = NUMBER.matcher(line);
        long first = -1;
        long last = -1;
        while (number.find()) {
            last = number.group().length() > LONGEST_NUMBER ? -1 : Long.parseLong(number.group());
            first = first < 0 ? last : first;
        }
        Matcher english = IN_ENGLISH.matcher(line);
        String object = english.find() ? english.group(1) : line.trim();
        return new Wait(first, mode.group(), object, null, last);
    }

    private static boolean isCircle(List<Wait> waits) {
        var seen = new HashSet<Long>();
        for (int i = 0; i < waits.size(); i++) {
            Wait next = waits.get((i + 1) % waits.size());
            if (waits.get(i).blockedBy() != next.pid() || !seen.add(next.pid())) {
                return false;
            }
        }
        return waits.size() > 1;
    }
}
