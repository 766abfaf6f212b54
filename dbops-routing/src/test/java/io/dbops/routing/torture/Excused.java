package io.dbops.routing.torture;

/** What a history may contain, because the documentation says so. Counted. */
enum Excused {
    /** Acknowledged writes that the servers lost: a failover, or a crash of a server that did not wait for its log. */
    WRITES_LOST_BY_SERVERS,
    /** Acknowledged writes of an old primary that nobody had fenced, after another was promoted. */
    WRITES_ACKNOWLEDGED_BY_ZOMBIE,
    /** Reads that lack such a write of their own session. */
    READS_WITHOUT_OWN_LOST_WRITE,
    /** Reads that lack such a write of somebody else. */
    READS_WITHOUT_LOST_WRITE,
    /** Reads of a process that still followed a living old primary, which lack what was written to the new one. */
    READS_BEHIND_ISOLATED_PRIMARY,
    /** Reads of which the checker cannot say what they saw: a lost write in between is not known. */
    READS_UNDECIDED
}
