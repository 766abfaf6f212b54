package io.dbops.routing.torture;

/**
 * One write that the servers still have at the end.
 *
 * @param key which register
 * @param version its place, from 1
 * @param id the write
 */
record Row(int key, long version, long id) {}
