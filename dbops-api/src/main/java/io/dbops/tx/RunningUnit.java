package io.dbops.tx;

import org.jspecify.annotations.Nullable;

/**
 * One run of a unit of work: what of it can be told to others. It keeps nothing of the application alive.
 *
 * @param name what the unit is called; {@code null} if it has no name
 * @param site where in the program it was asked for
 * @param thread the name of the thread that runs it
 * @param attempt the how many-th run it is, from 1
 */
public record RunningUnit(@Nullable String name, StackTraceElement site, String thread, int attempt) {

    @Override
    public String toString() {
        return (name == null ? "a unit of work" : "unit of work \"" + name + "\"") + " at " + site;
    }
}
