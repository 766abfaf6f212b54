package io.dbops.routing.torture;

/** What an operation was promised. */
enum Level {
    WRITE,
    EVENTUAL,
    BOUNDED,
    MONOTONIC,
    SESSION,
    STRONG;

    boolean isRead() {
        return this != WRITE;
    }

    boolean seesOwnWrites() {
        return this == SESSION || this == MONOTONIC || this == STRONG;
    }

    boolean neverGoesBack() {
        return this == MONOTONIC || this == STRONG;
    }
}
