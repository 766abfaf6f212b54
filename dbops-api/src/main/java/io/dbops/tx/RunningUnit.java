package io.dbops.tx;

/**
 * One run of a unit of work: what of it can be told to others.
 *
 * @param unit what was asked for it
 * @param site where in the program it was asked for
 * @param thread who runs it
 * @param attempt the how many-th run it is, from 1
 */
public record RunningUnit(Unit unit, StackTraceElement site, Thread thread, int attempt) {

    @Override
    public String toString() {
        return unit + " at " + site;
    }
}
