package io.dbops.dialect;

/** What an {@link java.sql.SQLException} says of the server and the connection, as far as routing must know. */
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

    /** Anything else: an error of the statement, not of the server. */
    STATEMENT
}
