package io.dbops.routing.torture;

/** How an operation ended, as its caller was told. */
enum Outcome {
    OK,
    /** It has not happened and never will. */
    FAILED,
    /** A write that may have happened, or may yet. */
    UNKNOWN
}
