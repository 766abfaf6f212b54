package io.dbops.samples.tpcc;

import java.util.List;

/**
 * What came of one check.
 *
 * @param condition what is to hold
 * @param looked how many rows, requests or reads were looked at; a condition on nothing proves nothing
 * @param violations where it does not hold
 */
record Finding(String condition, long looked, List<String> violations) {

    Finding {
        violations = List.copyOf(violations);
    }

    boolean holds() {
        return looked > 0 && violations.isEmpty();
    }

    String verdict() {
        if (holds()) {
            return "holds";
        }
        return looked == 0 ? "NOTHING TO LOOK AT" : violations.size() + " VIOLATIONS";
    }
}
