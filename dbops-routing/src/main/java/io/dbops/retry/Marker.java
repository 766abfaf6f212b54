package io.dbops.retry;

import java.util.UUID;

/**
 * The row of one transaction.
 *
 * @param id its key
 * @param table which table it went into: a number that another table of the same name would not have
 * @param origin who inserted it
 */
record Marker(UUID id, long table, Origin origin) {}
