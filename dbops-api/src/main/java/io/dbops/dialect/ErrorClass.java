package io.dbops.dialect;

/** What an {@link java.sql.SQLException} says of the server, the connection and the transaction. */
public enum ErrorClass {

    /** The connection is gone, or nothing is known of it. Whether its last statement took effect is not known. */
    CONNECTION_LOST,

    /** The server refuses the user, the password or the database. Trying again does not help. */
    CREDENTIALS_REFUSED,

    /** All connections that the server, the database or the role allows are taken. */
    TOO_MANY_CONNECTIONS,

    /** The server is starting up, shutting down or in recovery without readers. */
    SERVER_UNAVAILABLE,

    /** The server does not take writes: it is, or has become, a replica, or the transaction is read-only. */
    READ_ONLY,

    /** A deadlock or a serialization failure: the transaction was rolled back and may be run again. */
    CONFLICT,

    /**
     * A wait for a lock that took too long: the statement was rolled back, the transaction goes on and holds its locks,
     * and is to be rolled back before it is run again.
     */
    LOCK_TIMEOUT,

    /** A lock that was not to be waited for is taken. Running again is the caller's decision. */
    LOCK_NOT_AVAILABLE,

    /** The definition of what a statement was prepared for has changed. Prepared anew, it may succeed. */
    STALE_PLAN,

    /** The statement was cancelled: by its caller, by a time limit, or by an operator. */
    CANCELLED,

    /** An earlier error has ended the transaction: that one tells why. */
    TRANSACTION_ABORTED,

    /** What was written breaks a constraint. The statement, or the commit that checked it, was refused. */
    CONSTRAINT,

    /** The commit itself went wrong in a way that does not tell whether it happened. */
    COMMIT_FAILED,

    /** Anything else: an error of the statement, not of the server. */
    STATEMENT
}
