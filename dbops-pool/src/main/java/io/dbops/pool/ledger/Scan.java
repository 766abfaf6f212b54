package io.dbops.pool.ledger;

import java.util.List;
import java.util.Map;

/**
 * What the ledger holds at one moment.
 *
 * @param members the instances that hold seats, by rising seat
 * @param rights the guards' processes by the shared slots they have the right to
 * @param live the processes of pooled connections by the shared slots they occupy
 * @param floors the processes of pooled connections by the floor slots they occupy
 */
record Scan(List<Member> members, Map<Integer, Long> rights, Map<Integer, Long> live, Map<Integer, Long> floors) {}
