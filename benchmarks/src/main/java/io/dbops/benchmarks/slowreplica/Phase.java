package io.dbops.benchmarks.slowreplica;

import java.time.Duration;

/** A part of the run: how long, and whether the replica is slow in it. In this order. */
enum Phase {
    WARM_UP("", 5, false),
    BEFORE("before", 5, false),
    SLOW_AT_FIRST("slow, first 2 s", 2, true),
    SLOW_LATER("slow, later", 8, true),
    AFTER_AT_FIRST("after, first 2 s", 2, false),
    AFTER_LATER("after, later", 5, false);

    private final String title;
    private final int seconds;
    private final boolean slow;

    Phase(String title, int seconds, boolean slow) {
        this.title = title;
        this.seconds = seconds;
        this.slow = slow;
    }

    String title() {
        return title;
    }

    Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    boolean isSlow() {
        return slow;
    }

    /** Whether it is reported. */
    boolean counts() {
        return this != WARM_UP;
    }
}
