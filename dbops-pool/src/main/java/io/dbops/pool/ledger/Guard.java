package io.dbops.pool.ledger;

import io.dbops.DbOpsException;
import io.dbops.pool.ledger.LedgerSession.Predecessor;
import io.dbops.pool.ledger.Slot.Pooled;
import io.dbops.time.Clock;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an instance does in the ledger, round by round: looks at it, takes and gives back rights, and tells its pool how
 * large it may be.
 *
 * <p>What keeps the sum right is not here but in the locks of the pooled connections themselves. The guard makes the
 * shares fair. When its session is lost, connections stay and nothing grows beyond the floor, until it is back.
 *
 * <p>Rounds belong to one thread; {@link #stop} and what is asked are anyone's.
 */
final class Guard implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Guard.class);

    private static final long TICK = Duration.ofMillis(500).toNanos();

    private static final long JITTER = Duration.ofMillis(20).toNanos();

    /** Rounds follow each other this fast while a slot settles, then half as fast, and so on. */
    private static final long FASTEST = Duration.ofMillis(8).toNanos();

    private static final long SLOWEST = Duration.ofMillis(250).toNanos();

    /** After an instance has vanished, connections of it may come up that were on their way. */
    private static final long CALM = Duration.ofMillis(400).toNanos();

    private static final long RECONNECT = Duration.ofMillis(150).toNanos();

    private static final long SLOWEST_RECONNECT = Duration.ofSeconds(2).toNanos();

    private final String name;
    private final Ledger ledger;
    private final Slots slots;
    private final LedgerDataSource gate;
    private final FleetPool pool;
    private final Clock clock;
    private final Appetite appetite;

    private Claim claim;
    private @Nullable LedgerSession session;
    private final List<Predecessor> predecessors = new ArrayList<>();
    private int seat = -1;
    private Set<Long> present = Set.of();
    private long calmUntil;
    private long pause = FASTEST;
    private int failures;
    private boolean saidThatLocksWereDropped;
    private boolean saidThatItIsAlone;
    private volatile @Nullable Standing standing;
    private volatile boolean stopped;

    /**
     * What is known since the last round.
     *
     * @param seat this instance's
     * @param share shared slots it is to have
     * @param slots shared slots it has
     * @param scan what the ledger held
     */
    record Standing(int seat, int share, int slots, Scan scan) {}

    Guard(String name, Ledger ledger, Claim claim, Slots slots, LedgerDataSource gate, FleetPool pool, Clock clock) {
        this.name = name;
        this.ledger = ledger;
        this.claim = claim;
        this.slots = slots;
        this.gate = gate;
        this.pool = pool;
        this.clock = clock;
        appetite = new Appetite(clock);
    }

    /**
     * Takes part for the first time. Blocks.
     *
     * @throws DbOpsException if there is no seat, or the others divide the server otherwise
     * @throws SQLException if the server does not answer
     */
    void join() throws SQLException {
        boolean joined = false;
        try {
            LedgerSession opened = ledger.open(claim.plan());
            session = opened;
            requireAgreement(opened.scan());
            sit(opened);
            // Of two that join at once, the later to look sees the other.
            requireAgreement(opened.scan());
            turn(opened);
            joined = true;
        } finally {
            LedgerSession opened = session;
            if (!joined && opened != null) {
                opened.close();
                session = null;
            }
        }
    }

    /** One look at the ledger, and what follows from it. Returns how long to wait for the next. */
    long round() {
        try {
            LedgerSession current = session;
            if (current == null) {
                current = rejoin();
            }
            turn(current);
            failures = 0;
            return next();
        } catch (SQLException | RuntimeException e) {
            // Whatever it was: a guard that does no rounds any more would keep its seat and its rights for ever.
            lose(e);
            long most = Math.min(SLOWEST_RECONNECT, RECONNECT << Math.min(failures, 8));
            failures++;
            return RECONNECT + ThreadLocalRandom.current().nextLong(most);
        }
    }

    private long next() {
        if (!slots.isSettling()) {
            pause = FASTEST;
            return TICK - JITTER + ThreadLocalRandom.current().nextLong(2 * JITTER);
        }
        long next = pause;
        pause = Math.min(SLOWEST, pause * 2);
        return next;
    }

    private LedgerSession rejoin() throws SQLException {
        LedgerSession opened = ledger.open(claim.plan());
        session = opened;
        for (Predecessor former : List.copyOf(predecessors)) {
            opened.end(former);
            predecessors.remove(former);
        }
        sit(opened);
        // After a restart all come back: the first is not to take what it would have to give up at once.
        calmUntil = clock.nanos() + CALM;
        saidThatItIsAlone = false;
        LOG.info("The guard of node {} is back, on seat {}", name, seat);
        return opened;
    }

    /** Takes the seat it had, or else the first that is free; of these one whose floor nobody uses. */
    private void sit(LedgerSession opened) throws SQLException {
        Scan scan = opened.scan();
        Plan plan = claim.plan();
        Set<Integer> taken = scan.members().stream().map(Member::seat).collect(Collectors.toSet());
        List<Integer> free = IntStream.range(0, plan.seats())
                .filter(each -> !taken.contains(each))
                .boxed()
                .sorted((one, other) -> Integer.compare(cost(scan, plan, one), cost(scan, plan, other)))
                .toList();
        for (int each : free) {
            if (opened.sit(each)) {
                seat = each;
                gate.sits(each);
                opened.tell(each, claim);
                return;
            }
        }
        throw new DbOpsException(
                "node \"" + name + "\": all " + plan.seats() + " seats of its ledger are taken, so this"
                        + " would be one instance more than the server's connections were divided for. End one, or open all"
                        + " with .instances(" + (plan.seats() + 1) + ") or more");
    }

    private int cost(Scan scan, Plan plan, int candidate) {
        if (candidate == seat) {
            return -1;
        }
        return (int) IntStream.range(candidate * plan.floor(), (candidate + 1) * plan.floor())
                .filter(slot -> scan.floors().containsKey(slot))
                .count();
    }

    private void requireAgreement(Scan scan) {
        for (Member member : scan.members()) {
            Claim other = member.claim();
            if (other != null && !other.plan().agreesWith(claim.plan())) {
                throw new DbOpsException("node \"" + name + "\": this instance divides the server for "
                        + told(claim.plan()) + ", but one that is open for " + told(other.plan())
                        + "; all that share a ledger must agree. Give them the same .instances(...) and .floor(...),"
                        + " or a ledger of their own with .ledger(name) and .budget(n)");
            }
        }
    }

    private static String told(Plan plan) {
        return plan.seats() + " instances with a floor of " + plan.floor();
    }

    private void turn(LedgerSession current) throws SQLException {
        long scannedAt = clock.nanos();
        Scan scan = current.scan();
        slots.sweep();
        slots.settle(scan, scannedAt);
        audit(current, scan, scannedAt);
        List<Integer> wanted = slots.withoutRight().stream()
                .filter(slot -> !scan.rights().containsKey(slot))
                .toList();
        if (!wanted.isEmpty()) {
            slots.granted(current.take(wanted));
        }
        tellWish(current);
        balance(current, scan, scannedAt);
    }

    private void tellWish(LedgerSession current) throws SQLException {
        Claim now = claim.wishing(appetite.after(pool.needed()));
        if (!now.equals(claim)) {
            claim = now;
            current.tell(seat, now);
        }
    }

    private void balance(LedgerSession current, Scan scan, long now) throws SQLException {
        noticeAbsence(scan, now);
        List<Member> members = scan.members();
        int self = IntStream.range(0, members.size())
                .filter(i -> members.get(i).seat() == seat
                        && members.get(i).pid() == current.asPredecessor().pid())
                .findFirst()
                .orElse(-1);
        if (self < 0) {
            throw new SQLException("the guard of node " + name + " has lost its locks", "55000");
        }
        int all = Shares.slots(members, claim.plan());
        int fair = Shares.of(members, all)[self];
        int own = slots.count();
        if (own > fair) {
            List<Integer> shed = slots.shed(own - fair);
            if (!shed.isEmpty()) {
                current.giveBack(shed);
            }
        } else if (own < fair && now >= calmUntil) {
            take(current, scan, all, Shares.start(members, self, all), fair - own);
        }
        pool.resize(slots.poolSize(fair));
        standing = new Standing(seat, fair, slots.count(), scan);
    }

    private void take(LedgerSession current, Scan scan, int all, int start, int count) throws SQLException {
        List<Integer> free = IntStream.range(0, all)
                .map(i -> (start + i) % all)
                .filter(slot -> !scan.rights().containsKey(slot) && !scan.live().containsKey(slot))
                // What was taken since the scan, or is about to be filled: a right taken twice is not given back at
                // once.
                .filter(slot -> !slots.knows(slot))
                .limit(count)
                .boxed()
                .toList();
        if (!free.isEmpty()) {
            slots.granted(current.take(free));
        }
    }

    private void noticeAbsence(Scan scan, long now) {
        Set<Long> seen = scan.members().stream().map(Member::pid).collect(Collectors.toSet());
        if (!seen.containsAll(present)) {
            calmUntil = now + CALM;
        }
        present = seen;
    }

    /**
     * Looks whether each pooled connection holds the lock of its slot. One whose process has ended is given up. One that
     * runs, but has released its locks ({@code DISCARD ALL} does), keeps its slot by the guard's lock until it is closed.
     */
    private void audit(LedgerSession current, Scan scan, long scannedAt) throws SQLException {
        List<Pooled> suspects = slots.pooledBefore(scannedAt).stream()
                .filter(pooled -> pooled.stoodInFor || holder(scan, pooled) != pooled.occupied.pid())
                .toList();
        if (suspects.isEmpty()) {
            return;
        }
        Set<Long> running = current.running(
                suspects.stream().map(each -> each.occupied.pid()).toList());
        var ended = new ArrayList<Pooled>();
        for (Pooled suspect : suspects) {
            if (!running.contains(suspect.occupied.pid())) {
                ended.add(suspect);
            } else if (!suspect.stoodInFor) {
                standIn(current, suspect);
            }
        }
        for (Pooled gone : ended) {
            if (gone.stoodInFor) {
                current.stepBack(gone.occupied);
                slots.standsInFor(List.of(gone), false);
            }
            end(gone);
        }
        slots.sweep();
    }

    private static long holder(Scan scan, Pooled pooled) {
        var locks = pooled.occupied.kind() == Ledger.Kind.FLOOR ? scan.floors() : scan.live();
        return locks.getOrDefault(pooled.occupied.number(), -1L);
    }

    private void standIn(LedgerSession current, Pooled suspect) throws SQLException {
        if (!saidThatLocksWereDropped) {
            saidThatLocksWereDropped = true;
            LOG.warn(
                    "A connection to node {} has released its session's locks, by which the server's connections are"
                            + " counted (DISCARD ALL and pg_advisory_unlock_all() do that). The guard holds the slot in"
                            + " its place; use RESET ALL and pg_advisory_unlock(key) instead",
                    name);
        }
        if (current.standIn(suspect.occupied)) {
            slots.standsInFor(List.of(suspect), true);
        } else {
            LOG.warn("A connection to node {} is given up: its slot is another's by now", name);
            end(suspect);
        }
    }

    private static void end(Pooled pooled) {
        try {
            pooled.connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A connection could not be ended", e);
        }
    }

    /** Gives the session up. Connections whose locks it held are not counted any more, and end. */
    private void lose(Exception error) {
        LedgerSession current = session;
        session = null;
        standing = null;
        if (current != null) {
            predecessors.add(current.asPredecessor());
            current.abort();
            List<Pooled> uncounted = slots.pooledBefore(Long.MAX_VALUE).stream()
                    .filter(pooled -> pooled.stoodInFor)
                    .toList();
            slots.standsInFor(uncounted, false);
            uncounted.forEach(Guard::end);
            slots.rightsAreLost();
            present = new HashSet<>();
            pool.resize(slots.poolSize(Integer.MAX_VALUE));
        }
        if (stopped) {
            return;
        }
        if (!saidThatItIsAlone) {
            saidThatItIsAlone = true;
            LOG.warn(
                    "The guard of node {} has lost the ledger. Its connections go on, and none beyond the floor of {} is"
                            + " opened until it is back",
                    name,
                    claim.plan().floor(),
                    error);
        } else {
            LOG.debug("The guard of node {} is not back", name, error);
        }
    }

    /** The last round's result, or {@code null} before the first. */
    @Nullable
    Standing standing() {
        return standing;
    }

    /** Whether somebody who waits for a slot may be helped by an earlier round. */
    boolean isUrgent() {
        return slots.isSettling();
    }

    boolean isStopped() {
        return stopped;
    }

    void stop() {
        stopped = true;
    }

    /** Takes leave. After the last round. */
    @Override
    public void close() {
        LedgerSession current = session;
        session = null;
        if (current != null) {
            current.close();
        }
    }
}
