package io.dbops.pool.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.time.Clock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a guard holds, round by round. Locks are counted: what is taken twice is not given back at once. */
class RightsTest {

    private static final Plan PLAN = new Plan(2, 1, 3);
    private static final long OWN = 1;
    private static final long STRANGER = 99;

    private final Map<Integer, Long> rights = new HashMap<>();
    private final List<Integer> taken = new ArrayList<>();
    private boolean cut;
    private long now;

    private final Clock clock = new Clock() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public long wallMillis() {
            return now / 1_000_000;
        }

        @Override
        public void park(long nanos) {
            now += nanos;
        }
    };

    private final Slots slots = new Slots(1, clock);

    private Guard guard() {
        Ledger ledger = new Ledger() {
            @Override
            public LedgerSession open(Plan plan) {
                return new Session();
            }

            @Override
            public Occupied occupy(Connection pooled, Kind kind, int[] candidates) {
                throw new AssertionError("nobody connects");
            }
        };
        Connector connector = properties -> {
            throw new SQLException("nobody connects");
        };
        var gate = new LedgerDataSource("db", ledger, connector, PLAN, slots, clock, () -> {});
        FleetPool pool = new FleetPool() {
            @Override
            public int needed() {
                return 4;
            }

            @Override
            public void resize(int connections) {
                assertThat(connections).isPositive();
            }
        };
        return new Guard("db", ledger, new Claim(PLAN, 1, 1, 4), slots, gate, pool, clock);
    }

    private void later(Guard guard) {
        now += Duration.ofSeconds(1).toNanos();
        guard.round();
    }

    @Test
    void theRightToASlotThatIsJustBeingFilledIsTakenOnce() throws Exception {
        Guard guard = guard();
        guard.join();
        later(guard);
        assertThat(slots.acquire(0, () -> {})).isEqualTo(new Slots.Ticket(Ledger.Kind.FLOOR, -1));
        Slots.Ticket opening = slots.acquire(0, () -> {});
        assertThat(opening).isNotNull();
        cut = true;
        later(guard);
        rights.clear();
        rights.put(opening.number(), STRANGER);
        rights.put(2, STRANGER);
        cut = false;
        later(guard);
        later(guard);
        assertThat(rights).containsEntry(opening.number(), STRANGER).containsEntry(1, OWN);

        taken.clear();
        rights.values().removeIf(pid -> pid == STRANGER);
        later(guard);

        assertThat(taken).containsExactly(opening.number(), 2);
    }

    /** Alone, but for the stranger. */
    private final class Session implements LedgerSession {
        private boolean seated;

        @Override
        public Predecessor asPredecessor() {
            return new Predecessor(OWN, "");
        }

        @Override
        public void end(Predecessor predecessor) {
            assertThat(predecessor).isEqualTo(asPredecessor());
        }

        @Override
        public Scan scan() throws SQLException {
            if (cut) {
                throw new SQLException("cut", "08006");
            }
            var self = new Member(0, OWN, new Claim(PLAN, 1, 4, 4));
            return new Scan(seated ? List.of(self) : List.of(), Map.copyOf(rights), Map.of(), Map.of());
        }

        @Override
        public boolean sit(int seat) {
            seated = true;
            return true;
        }

        @Override
        public void tell(int seat, Claim claim) {
            assertThat(seat).isZero();
        }

        @Override
        public Set<Integer> take(Collection<Integer> wanted) {
            var got = new HashSet<Integer>();
            for (int slot : wanted) {
                if (rights.getOrDefault(slot, OWN) == OWN) {
                    rights.put(slot, OWN);
                    taken.add(slot);
                    got.add(slot);
                }
            }
            return got;
        }

        @Override
        public void giveBack(Collection<Integer> given) {
            rights.keySet().removeAll(given);
        }

        @Override
        public Set<Long> running(Collection<Long> pids) {
            return Set.copyOf(pids);
        }

        @Override
        public boolean standIn(Ledger.Occupied slot) {
            return true;
        }

        @Override
        public void stepBack(Ledger.Occupied slot) {
            throw new AssertionError("nobody is stood in for");
        }

        @Override
        public void abort() {
            rights.values().removeIf(pid -> pid == OWN);
        }

        @Override
        public void close() {
            abort();
        }
    }
}
