package io.dbops.routing.torture;

/**
 * One epoch of one process's router, as far as it was seen: from {@code first} to {@code last} it followed this
 * primary, for epochs only ever go up.
 *
 * @param process whose router
 * @param epoch the router's number of it
 * @param primary the node followed, or empty for none
 * @param first the first instant at which that was seen
 * @param last the last one
 */
record Reign(int process, long epoch, String primary, long first, long last) {

    boolean covers(long from, long to) {
        return first <= from && to <= last;
    }
}
