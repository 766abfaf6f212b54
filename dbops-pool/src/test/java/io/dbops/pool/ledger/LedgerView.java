package io.dbops.pool.ledger;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** The ledger as somebody sees it who takes no part: a session that holds nothing. Belongs to one thread. */
public final class LedgerView implements AutoCloseable {

    private final LedgerSession session;
    private final Plan plan;

    private LedgerView(LedgerSession session, Plan plan) {
        this.session = session;
        this.plan = plan;
    }

    /**
     * What is to be seen.
     *
     * @param members instances that hold a seat and have told of themselves
     * @param wish the least that an instance wishes for
     * @param shares the shared slots each is to have
     * @param rights the shared slots each has
     * @param live pooled connections on shared slots
     * @param floors pooled connections on floor slots
     * @param slots the shared slots that there are
     */
    public record Sight(
            int members, int wish, List<Integer> shares, List<Integer> rights, int live, int floors, int slots) {

        /** Whether so many are there that wish for so much, and everybody has what it is to have. */
        public boolean isFair(int instances, int wishes) {
            return members == instances && wish >= wishes && shares.equals(rights);
        }
    }

    /** Opens the view of a ledger through connections of whomever. */
    public static LedgerView of(String ledger, Connector connector, Plan plan) throws SQLException {
        return new LedgerView(new PostgresLedger(ledger, "view", connector).open(plan), plan);
    }

    /** Looks. */
    public Sight look() throws SQLException {
        Scan scan = session.scan();
        List<Member> members = scan.members();
        int slots = Shares.slots(members, plan);
        int[] shares = Shares.of(members, slots);
        return new Sight(
                (int) members.stream().filter(member -> member.claim() != null).count(),
                members.stream().mapToInt(LedgerView::wish).min().orElse(0),
                Arrays.stream(shares).boxed().toList(),
                members.stream()
                        .map(member -> Collections.frequency(scan.rights().values(), member.pid()))
                        .toList(),
                scan.live().size(),
                scan.floors().size(),
                slots);
    }

    private static int wish(Member member) {
        Claim claim = member.claim();
        return claim == null ? 0 : claim.wish();
    }

    @Override
    public void close() {
        session.close();
    }
}
