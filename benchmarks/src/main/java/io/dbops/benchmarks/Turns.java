package io.dbops.benchmarks;

import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * Lets virtual threads take turns. A stub never blocks, so with more of them than processors some would not run at all;
 * one operation in 64 yields. Platform threads do nothing here.
 */
@State(Scope.Thread)
public class Turns {

    static final boolean VIRTUAL = "VIRTUAL".equals(System.getProperty("jmh.executor"));

    private int operations;

    @SuppressWarnings("ThreadPriorityCheck") // how they are scheduled is the question
    void next() {
        if (VIRTUAL && (++operations & 63) == 0) {
            Thread.yield();
        }
    }
}
