package io.dbops.pool.ledger;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * How the instances of a ledger stand.
 *
 * @param seat this instance's
 * @param instances all of them by rising seat
 * @param slots the shared slots that the instances agree on
 */
public record Standing(int seat, List<Instance> instances, int slots) {

    /** Checks the components. */
    public Standing {
        instances = List.copyOf(instances);
    }

    /**
     * An instance.
     *
     * @param seat its seat, from 0
     * @param weight its share relative to others
     * @param wish connections it has use for
     * @param share connections it is to have
     * @param held connections it has the right to: its floor, and shared slots
     */
    public record Instance(int seat, int weight, int wish, int share, int held) {}

    static Standing of(Guard.Standing now) {
        List<Member> members = now.scan().members();
        Plan plan = members.stream()
                .filter(member -> member.seat() == now.seat())
                .map(Member::claim)
                .filter(Objects::nonNull)
                .findFirst()
                .map(Claim::plan)
                .orElse(new Plan(1, 1, 0));
        int slots = Shares.slots(members, plan);
        int[] shares = Shares.of(members, slots);
        var instances = new ArrayList<Instance>();
        for (int i = 0; i < shares.length; i++) {
            Member member = members.get(i);
            Claim claim = member.claim();
            if (claim != null) {
                int rights = Collections.frequency(now.scan().rights().values(), member.pid());
                int floor = claim.plan().floor();
                instances.add(
                        new Instance(member.seat(), claim.weight(), claim.wish(), floor + shares[i], floor + rights));
            }
        }
        return new Standing(now.seat(), instances, slots);
    }
}
