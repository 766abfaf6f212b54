package io.dbops.samples.tpcc;

/** What a client is told of its transaction. */
enum Fate {
    /** It is there, and stays. */
    COMMITTED,
    /** It is not there, by the business rule. */
    ROLLED_BACK,
    /** It may be there, or be lost by the next failover. */
    UNKNOWN,
    /** It is not there. */
    FAILED
}
