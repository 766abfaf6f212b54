package io.dbops.routing.torture;

import io.dbops.routing.torture.Writes.State;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds in a history what the router promised never to happen.
 *
 * <p>The values of a key form a tree: each write knows the one before it. What the servers have at the end is the
 * trunk; acknowledged writes outside it were lost, in a failover or a crash, and form branches. A read that saw a
 * value saw its ancestors, and nothing else. So for each read there is a set of writes that it had to see, by its
 * level, and a write that is not an ancestor of the value is missing. A missing write of the trunk is a violation,
 * and of a branch too if it was not lost yet when the read was served, or if the reader's router still followed the
 * primary that had acknowledged it. The documented exceptions are recognised from what was done to the servers, never
 * from what the router says; only whom it followed is taken from it.
 *
 * <p>Reads are taken one by one; what stays in memory is the writes.
 */
final class ConsistencyChecker {

    private final Verdict verdict = new Verdict();
    private final Troubles troubles;
    private final Writes writes;
    private final Set<Long> lostWritesFound = new HashSet<>();

    private ConsistencyChecker(History history) throws IOException {
        troubles = new Troubles(history);
        writes = Writes.of(history, verdict);
    }

    static Verdict check(History history) throws IOException {
        var checker = new ConsistencyChecker(history);
        for (Write write : checker.writes.all()) {
            write.cause = write.isLost() ? checker.troubles.thatLost(write) : null;
            checker.checkWrite(write);
        }
        for (Trouble trouble : history.troubles()) {
            checker.verdict.count("trouble " + trouble.kind());
        }
        history.forEach(checker::check);
        return checker.verdict;
    }

    private void check(Op op) {
        count(op);
        if (op.error().startsWith("!")) {
            violated(Rule.UNEXPECTED_ERROR, op, null);
        }
        if (op.level().isRead() && op.outcome() == Outcome.OK) {
            checkRead(op);
        }
    }

    private void count(Op op) {
        verdict.operations++;
        verdict.count("level " + op.level() + " " + op.outcome());
        verdict.count("how " + op.how());
        if (op.outcome() == Outcome.OK) {
            verdict.count("node " + op.node() + (op.primary() ? " as primary" : " as replica"));
        } else {
            verdict.count("error " + op.error());
        }
        if (troubles.isHealthy(op)) {
            if (op.outcome() != Outcome.OK) {
                verdict.healthyFailures++;
                verdict.count("error while healthy " + op.error());
            } else if (op.level().isRead() && op.level() != Level.STRONG) {
                verdict.healthyReads++;
                verdict.healthyReplicaReads += op.primary() ? 0 : 1;
            }
        }
    }

    private void checkWrite(Write write) {
        if (!write.isAcknowledged()) {
            if (write.op.outcome() == Outcome.UNKNOWN) {
                verdict.count("unknown outcome: " + (write.isLost() ? "not there" : "there"));
            }
            return;
        }
        if (write.isLost()) {
            Trouble cause = write.cause;
            if (cause == null) {
                violated(Rule.LOST_WITHOUT_CAUSE, write.op, null);
            } else {
                verdict.count("lost in " + cause.kind() + " " + cause.text().split(" ", 2)[0]);
                verdict.excuse(
                        cause.kind() == Trouble.Kind.ZOMBIE && write.op.end() > cause.promoted()
                                ? Excused.WRITES_ACKNOWLEDGED_BY_ZOMBIE
                                : Excused.WRITES_LOST_BY_SERVERS);
            }
        }
        String followed = troubles.followed(write.op.process(), write.op.sent(), write.op.end());
        if (followed != null && !followed.equals(write.op.node())) {
            violated(Rule.LEFT_PRIMARY, write.op, null);
        }
    }

    private void checkRead(Op read) {
        if (read.primary() && read.standby()) {
            // What else is wrong with such a read comes of this.
            violated(Rule.PRIMARY_IS_STANDBY, read, null);
            return;
        }
        Write value = writes.find(read.id());
        if (read.id() != 0 && (value == null || value.op.key() != read.key())) {
            violated(Rule.NEVER_WRITTEN, read, null);
            return;
        }
        if (value != null && value.op.outcome() == Outcome.FAILED) {
            violated(Rule.REFUSED_BUT_SEEN, read, value);
            return;
        }
        State state = writes.state(read);
        if (!state.decided()) {
            verdict.excuse(Excused.READS_UNDECIDED);
            return;
        }
        if (read.level() == Level.EVENTUAL) {
            return;
        }
        if (value != null && value.isLost()) {
            checkLineage(read, value);
        }
        Register register = writes.register(read.key());
        if (read.level().seesOwnWrites()) {
            checkOwnWrites(read, state, register);
        }
        checkBound(read, state, register);
        if (read.level().neverGoesBack()) {
            long seen = register.seen(read.session(), read.level()).greatestBy(read.start());
            if (seen > state.anchor()) {
                violated(Rule.WENT_BACK, read, register.trunk.get((int) seen - 1));
            }
        }
    }

    /** A router that has followed the successor does not serve from a lineage that ended before it. */
    private void checkLineage(Op read, Write value) {
        Trouble cause = value.cause;
        if (cause != null
                && cause.kind() != Trouble.Kind.CRASH
                && troubles.followed(read.process(), cause.successor(), read.start(), read.end())) {
            violated(Rule.LEFT_LINEAGE, read, value);
        }
    }

    private void checkOwnWrites(Op read, State state, Register register) {
        Register.Own own = register.own.get(read.session());
        if (own == null) {
            return;
        }
        long due = own.due.greatestBy(read.asOf());
        if (due > state.anchor()) {
            violated(Rule.OWN_WRITE_NOT_SEEN, read, register.trunk.get((int) due - 1));
        }
        boolean excused = false;
        for (Write write : own.lost) {
            if (write.op.end() <= read.asOf() && !state.shows(write)) {
                Trouble cause = write.cause;
                if (cause != null && troubles.stillThere(cause, read, write)) {
                    violated(Rule.OWN_WRITE_NOT_SEEN, read, write);
                } else {
                    // The session is told once; what counts is how many are told.
                    excused |= lostWritesFound.add(write.op.id());
                }
            }
        }
        if (excused) {
            verdict.excuse(Excused.READS_WITHOUT_OWN_LOST_WRITE);
        }
    }

    private void checkBound(Op read, State state, Register register) {
        long due = read.start() - read.bound();
        Rule rule = read.level() == Level.STRONG ? Rule.NOT_CURRENT : Rule.TOO_STALE;
        long wanted = register.acknowledged.greatestBy(due);
        boolean isolated = false;
        for (long version = state.anchor() + 1; version <= wanted; version++) {
            Write write = register.trunk.get((int) version - 1);
            if (write == null || !write.isAcknowledged() || write.op.end() > due) {
                continue;
            }
            if (!troubles.excusesIsolation(read, write)) {
                violated(rule, read, write);
                return;
            }
            isolated = true;
        }
        if (isolated) {
            verdict.excuse(Excused.READS_BEHIND_ISOLATED_PRIMARY);
        }
        checkLostWithin(read, state, register, due, rule);
    }

    private void checkLostWithin(Op read, State state, Register register, long due, Rule rule) {
        boolean excused = false;
        for (Write write : register.lost) {
            if (write.op.end() > due) {
                break;
            }
            Trouble cause = write.cause;
            if (cause != null && cause.over() + read.bound() >= read.start() && !state.shows(write)) {
                if (troubles.stillThere(cause, read, write)) {
                    violated(rule, read, write);
                    return;
                }
                excused = true;
            }
        }
        if (excused) {
            verdict.excuse(Excused.READS_WITHOUT_LOST_WRITE);
        }
    }

    private void violated(Rule rule, Op op, @Nullable Write missing) {
        long from = missing == null ? op.start() : Math.min(op.start(), missing.op.start());
        String text = "\n    " + op
                + (missing == null ? "" : "\n    against " + missing.op + " trunk " + missing.trunk)
                + troubles.around(op.start(), op.end())
                + troubles.reigns(op.process(), from, op.end());
        verdict.violated(rule, text);
    }
}
