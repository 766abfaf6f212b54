package io.dbops.pool.ledger;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How many shared slots each instance is to have: weighted max-min fairness.
 *
 * <p>First the wishes are filled: each instance gets in proportion to its weight, none more than it wishes, and what one
 * does not wish goes to the others. What is left then goes to all by the same rule, up to their ceilings, so that a
 * sudden demand finds slots at hand. Everybody who sees the same members computes the same.
 */
final class Shares {

    private Shares() {}

    /**
     * The shares of these members in their order; of one that has told nothing yet, nothing.
     *
     * @param slots shared slots there are
     */
    static int[] of(List<Member> members, int slots) {
        int[] shares = new int[members.size()];
        int left = fill(shares, slots, members, true);
        fill(shares, left, members, false);
        return shares;
    }

    /** The slots of the plan that everybody can keep to. */
    static int slots(List<Member> members, Plan own) {
        return members.stream()
                .map(Member::claim)
                .filter(Objects::nonNull)
                .mapToInt(claim -> claim.plan().slots())
                .reduce(own.slots(), Math::min);
    }

    /** One at a time to whoever has the least for its weight. Returns what nobody took. */
    private static int fill(int[] shares, int slots, List<Member> members, boolean wishes) {
        int[] most = members.stream()
                .mapToInt(member -> most(member.claim(), wishes))
                .toArray();
        int[] weights = members.stream()
                .mapToInt(member -> member.claim() == null ? 1 : member.claim().weight())
                .toArray();
        int left = slots;
        while (left > 0) {
            int poorest = poorest(shares, most, weights);
            if (poorest < 0) {
                break;
            }
            shares[poorest]++;
            left--;
        }
        return left;
    }

    private static int most(@Nullable Claim claim, boolean wishes) {
        if (claim == null) {
            return 0;
        }
        return (wishes ? claim.wish() : claim.ceiling()) - claim.plan().floor();
    }

    /** Compares (shares + 1) / weight by products, for no rounding may tell two instances different things. */
    private static int poorest(int[] shares, int[] most, int[] weights) {
        int poorest = -1;
        for (int i = 0; i < shares.length; i++) {
            if (shares[i] < most[i]
                    && (poorest < 0
                            || (long) (shares[i] + 1) * weights[poorest] < (long) (shares[poorest] + 1) * weights[i])) {
                poorest = i;
            }
        }
        return poorest;
    }

    /** Where an instance begins to look for slots, so that several that look at once seldom want the same. */
    static int start(List<Member> members, int own, int slots) {
        return (int) ((long) own * slots / Math.max(1, members.size()));
    }
}
