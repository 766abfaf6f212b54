package io.dbops.routing.torture;

/** What an operation was promised. */
enum Level {
    WRITE,
    EVENTUAL,
    BOUNDED,
    /** Checked for going backwards; the workload does not ask for it until the router has it. */
    MONOTONIC,
    SESSION,
    STRONG;

    boolean isRead() {
        return this != WRITE;
    }

    boolean seesOwnWrites() {
        return this == SESSION || this == STRONG;
    }

    boolean neverGoesBack() {
        return this == MONOTONIC || this == STRONG;
    }
}
