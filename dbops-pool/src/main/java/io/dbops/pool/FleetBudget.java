package io.dbops.pool;

import io.dbops.DbOpsException;
import io.dbops.dialect.ConnectionLimits;
import io.dbops.pool.ledger.Claim;
import io.dbops.pool.ledger.Plan;

/**
 * How the connections that a server leaves are divided for a fleet.
 *
 * <p>Of what is usable, first is subtracted what is kept back, then for each instance its own sessions: the guard, the
 * watch, and one connection that is asking for a slot. The rest are slots: a floor for each instance, and what they
 * share.
 *
 * @param keptBack connections left to everybody else
 * @param explicit connections to divide, instead of what the server says; 0 for what the server says
 * @param instances instances there is place for
 * @param floor pooled connections that each instance may always have
 * @param ceiling pooled connections that one instance may ever have
 * @param weight the instance's share relative to others
 */
record FleetBudget(int keptBack, int explicit, int instances, int floor, int ceiling, int weight) {

    /** The guard, the watch, and one connection that is asking. */
    static final int OWN_SESSIONS = 3;

    FleetBudget {
        require("instances", instances, Plan.MOST_SEATS);
        require("floor", floor, Plan.MOST_SLOTS);
        require("weighted", weight, Claim.MOST_WEIGHT);
        if (ceiling < floor) {
            throw new IllegalArgumentException("upTo (" + ceiling + "): must be at least the floor (" + floor + ")");
        }
        if (keptBack < 0) {
            throw new IllegalArgumentException("reserving (" + keptBack + "): must not be negative");
        }
        if (explicit < 0) {
            throw new IllegalArgumentException("budget (" + explicit + "): must not be negative");
        }
    }

    private static void require(String name, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(name + " (" + value + "): must be from 1 to " + most);
        }
    }

    Plan plan(String node, ConnectionLimits limits) {
        int usable = explicit > 0 ? explicit : limits.usable();
        long left = (long) usable - keptBack - (long) instances * OWN_SESSIONS;
        long floors = (long) instances * floor;
        if (floors > left) {
            throw new DbOpsException("node \"" + node + "\": " + instances + " instances with a floor of " + floor
                    + " and " + OWN_SESSIONS + " sessions of their own (guard, watch, one asking) = "
                    + instances * (long) (floor + OWN_SESSIONS) + ", but the server leaves "
                    + Math.max(0, (long) usable - keptBack) + " (" + arithmetic(limits) + "): "
                    + remedy(usable));
        }
        return new Plan(instances, floor, Math.toIntExact(left - floors));
    }

    private String remedy(int usable) {
        int fits = (usable - keptBack) / (floor + OWN_SESSIONS);
        return fits >= 1
                ? fits + " instances or less fit"
                : "not even one instance fits; raise max_connections or keep back less";
    }

    String arithmetic(ConnectionLimits limits) {
        String of = explicit > 0 ? "budget " + explicit : limits.arithmetic();
        return of + ", kept back " + keptBack;
    }
}
