package io.dbops.dialect;

/** What a database server does in its cluster. */
public enum Role {

    /** It takes writes. */
    PRIMARY,

    /** It replays the primary's changes and serves reads only. */
    REPLICA,

    /** It has not answered, or what it answered cannot be placed. */
    UNKNOWN
}
