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

    /**
     * The server does not take writes: it is, or has become, a replica, or the transaction is read-only. In a unit that
     * was declared read-only no other server helps.
     */
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

    /**
     * The definition of what a statement was prepared for has changed. Prepared anew, it may succeed: once, for what
     * fails again has another reason.
     */
    STALE_PLAN,

    /** The statement was cancelled: by its caller, by a time limit, or by an operator. */
    CANCELLED,

    /** An earlier error has ended the transaction: that one tells why. */
    TRANSACTION_ABORTED,

    /** A commit went wrong in a way that does not tell whether it happened: this one, or one that the unit made inside. */
    COMMIT_FAILED,

    /**
     * A key that was written is taken, or what it excludes is there. The statement, or the commit that checked it, was
     * refused. Running again helps only if the key was chosen by what the unit had read before, which its caller knows.
     */
    DUPLICATE,

    /** What was written breaks another constraint. The statement, or the commit that checked it, was refused. */
    CONSTRAINT,

    /** The statement is refused for another reason that lies in it, in its data, or in its privileges. */
    STATEMENT,

    /** The server could not do it for want of memory, disk or the like, or for a fault of its own. */
    SERVER_FAILED,

    /** It is in no table, or tells too little. Whether the statement took effect is not known. */
    UNCLASSIFIED
}
