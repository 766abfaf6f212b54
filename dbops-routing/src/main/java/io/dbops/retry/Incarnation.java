package io.dbops.retry;

/**
 * One life of one server, within which it never gives a transaction number to a second transaction. The process that
 * started it survives the crash of another one, but statistics do not.
 *
 * @param systemId the cluster
 * @param timeline the history that the server writes
 * @param startedAt when the server was started
 * @param statisticsSince since when it counts: the last crash, if nobody has reset the statistics since
 */
record Incarnation(String systemId, int timeline, String startedAt, String statisticsSince) {

    boolean isOfSameHistoryAs(Incarnation other) {
        return systemId.equals(other.systemId) && timeline == other.timeline;
    }
}
