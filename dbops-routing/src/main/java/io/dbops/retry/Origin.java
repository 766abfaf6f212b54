package io.dbops.retry;

/**
 * Where a transaction ran. A later look compares it within one statement of the server, in the server's own words.
 *
 * @param systemId the cluster
 * @param timeline the history that the server was writing
 * @param pid the server process
 * @param number the transaction's number
 * @param at the server's time in seconds, when this was noted; a process that started later is another one
 */
record Origin(String systemId, int timeline, int pid, String number, String at) {}
