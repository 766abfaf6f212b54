package io.dbops.routing.torture;

/** What a history may not contain. */
enum Rule {
    /** A read of a session lacks a write of that session. */
    OWN_WRITE_NOT_SEEN,
    /** A read lacks a commit that was acknowledged longer ago than its bound. */
    TOO_STALE,
    /** A read of the primary lacks an acknowledged commit. */
    NOT_CURRENT,
    /** A read that was sent to the primary was served by a server in recovery. */
    PRIMARY_IS_STANDBY,
    /** A session saw less than it had seen before. */
    WENT_BACK,
    /** A read saw, or the servers have, a value that nobody wrote. */
    NEVER_WRITTEN,
    /** A write that was reported as refused was seen. */
    REFUSED_BUT_SEEN,
    /** A write that was reported as refused is there at the end. */
    REFUSED_BUT_KEPT,
    /** One write is there twice, or at another place than its writer was told. */
    KEPT_OTHERWISE,
    /** The servers lost an acknowledged write though nothing was done to them that allows it. */
    LOST_WITHOUT_CAUSE,
    /** A read that asked for a lineage was served from one that its router had left. */
    LEFT_LINEAGE,
    /** A write was acknowledged by a server that its router had left before the commit was sent. */
    LEFT_PRIMARY,
    /** Something else than an {@code SQLException}, or a refusal that has no place. */
    UNEXPECTED_ERROR,
    /** A router did not find back to a healthy cluster. */
    NOT_RECOVERED
}
