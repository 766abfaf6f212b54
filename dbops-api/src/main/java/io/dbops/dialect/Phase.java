package io.dbops.dialect;

/** How far a transaction had come when something failed, which decides what may be concluded from it. */
public enum Phase {

    /** Before the first byte of COMMIT was sent: without a commit nothing of it can last. */
    WORK,

    /** COMMIT was sent, or may have been, and its answer is the error, or is missing. */
    COMMIT,

    /**
     * A statement in autocommit mode, which is its own commit. The error is what executing it has thrown: by then, what
     * reading its result throws is no answer to it any more.
     */
    AUTOCOMMIT
}
