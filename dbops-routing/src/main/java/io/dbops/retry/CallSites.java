package io.dbops.retry;

import io.dbops.routing.jdbc.RoutedConnection;
import io.dbops.tx.Transactions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where in the program units of work are asked for, by the class of their work: a lambda has one of its own for each place.
 * The stack is walked once for each class, when it is first seen, on the thread that asks. Work that is an object of one
 * class given from several places is told by the first of them.
 *
 * <p>Thread-safe; forgets a class when it is unloaded.
 */
final class CallSites extends ClassValue<StackTraceElement> {

    private static final StackWalker WALKER = StackWalker.getInstance();
    private static final StackTraceElement UNKNOWN = new StackTraceElement("unknown", "unknown", null, -1);

    /** Deeper down is not the application's own code that is looked for. */
    private static final int MOST_FRAMES = 200;

    private static final String DOORS = Transactions.class.getPackageName() + ".";

    private static final String WRAPPERS = RoutedConnection.class.getPackageName() + ".";

    @Override
    protected StackTraceElement computeValue(Class<?> work) {
        List<StackTraceElement> callers = WALKER.walk(frames -> frames.limit(MOST_FRAMES)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .dropWhile(frame -> !isDoor(frame))
                .dropWhile(CallSites::isDoor)
                .toList());
        String home = home(work.getName());
        return Stream.concat(callers.stream().filter(frame -> isOf(home, frame)), callers.stream())
                .findFirst()
                .orElse(UNKNOWN);
    }

    /** The class in whose text the work is, which may have given it to a helper of another class. */
    private static String home(String work) {
        int inner = work.indexOf('$');
        return inner < 0 ? work : work.substring(0, inner);
    }

    private static boolean isOf(String home, StackTraceElement frame) {
        String name = frame.getClassName();
        return name.equals(home) || name.startsWith(home + "$");
    }

    private static boolean isDoor(StackTraceElement frame) {
        return frame.getClassName().startsWith(DOORS);
    }

    /** The line of the work itself that an error came from; {@code null} if it was thrown elsewhere. */
    static @Nullable StackTraceElement lineOf(Throwable error) {
        StackTraceElement line = null;
        for (StackTraceElement frame : error.getStackTrace()) {
            if (isDoor(frame) && !frame.getClassName().endsWith(".UnitConnection")) {
                return line == null || line.getClassName().startsWith(WRAPPERS) ? null : line;
            }
            line = frame;
        }
        return null;
    }
}
