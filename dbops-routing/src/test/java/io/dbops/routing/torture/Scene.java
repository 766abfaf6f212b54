package io.dbops.routing.torture;

import io.dbops.routing.torture.Trouble.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A history made by hand, in milliseconds. {@code db-1} is the primary to begin with, all is about key 7, and the bound
 * of reads is a second.
 */
final class Scene implements History {

    static final int KEY = 7;

    private final List<Op> ops = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final List<Reign> reigns = new ArrayList<>();
    private final List<Row> table = new ArrayList<>();
    private final Map<Long, Op> writes = new HashMap<>();

    private static long nanos(long millis) {
        return millis * 1_000_000;
    }

    /** Session 1001 is of process 1, and so on. */
    private static int process(long session) {
        return (int) (session / 1000);
    }

    Scene write(long session, long id, long previous, long start, long end, String node, Outcome outcome) {
        long version = previous == 0 ? 1 : writes.get(previous).version() + 1;
        boolean told = outcome == Outcome.OK;
        var op = new Op(
                process(session),
                session,
                Level.WRITE,
                "",
                KEY,
                nanos(start),
                nanos(start),
                nanos(end),
                nanos(start),
                0,
                node,
                true,
                false,
                outcome,
                id,
                told ? version : -1,
                told ? previous : -1,
                "");
        ops.add(op);
        // What comes after a write of unknown outcome counts on from it all the same.
        writes.put(id, told ? op : withVersion(op, version, previous));
        return this;
    }

    private static Op withVersion(Op op, long version, long previous) {
        return new Op(
                op.process(),
                op.session(),
                op.level(),
                "",
                KEY,
                op.start(),
                op.sent(),
                op.end(),
                op.asOf(),
                0,
                op.node(),
                true,
                false,
                op.outcome(),
                op.id(),
                version,
                previous,
                "");
    }

    /** An acknowledged write on {@code db-1} that takes 10 ms. */
    Scene write(long session, long id, long previous, long start) {
        return write(session, id, previous, start, start + 10, "db-1", Outcome.OK);
    }

    Scene read(long session, Level level, long id, long start, String node, boolean primary) {
        return read(session, level, id, start, start, node, primary);
    }

    /** A read that takes 1 ms and sees this write, or nothing yet where that is 0. */
    Scene read(long session, Level level, long id, long asOf, long start, String node, boolean primary) {
        return read(session, level, id, asOf, start, node, primary, !primary);
    }

    /** A read that the router sent to the primary, which was none. */
    Scene misled(long session, Level level, long id, long start) {
        return read(session, level, id, start, start, "db-1", true, true);
    }

    private Scene read(
            long session, Level level, long id, long asOf, long start, String node, boolean primary, boolean standby) {
        Op seen = writes.get(id);
        long bound = level == Level.STRONG ? 0 : nanos(1000);
        ops.add(new Op(
                process(session),
                session,
                level,
                "",
                KEY,
                nanos(start),
                nanos(start),
                nanos(start + 1),
                nanos(asOf),
                bound,
                node,
                primary,
                standby,
                Outcome.OK,
                id,
                seen == null ? 0 : seen.version(),
                seen == null ? -1 : seen.previous(),
                ""));
        return this;
    }

    Scene onReplica(long session, Level level, long id, long start) {
        return read(session, level, id, start, "db-2", false);
    }

    Scene onPrimary(long session, Level level, long id, long start) {
        return read(session, level, id, start, "db-1", true);
    }

    Scene failed(long session, String error) {
        ops.add(new Op(
                process(session),
                session,
                Level.SESSION,
                "",
                KEY,
                0,
                0,
                1,
                0,
                0,
                "",
                false,
                false,
                Outcome.FAILED,
                0,
                -1,
                -1,
                error));
        return this;
    }

    Scene trouble(Kind kind, long begun, long promoted, long ended, long over) {
        String node = kind == Kind.HEALTHY ? "" : "db-1";
        troubles.add(new Trouble(
                kind, node, "db-3", nanos(begun), nanos(promoted), nanos(ended), nanos(over), "made by hand"));
        return this;
    }

    Scene followed(int process, long epoch, String primary, long first, long last) {
        reigns.add(new Reign(process, epoch, primary, nanos(first), nanos(last)));
        return this;
    }

    /** What is there at the end, in its order. */
    Scene kept(long... ids) {
        for (long id : ids) {
            table.add(new Row(KEY, table.size() + 1, id));
        }
        return this;
    }

    @Override
    public void forEach(Consumer<Op> consumer) {
        ops.forEach(consumer);
    }

    @Override
    public List<Trouble> troubles() {
        return troubles;
    }

    @Override
    public List<Reign> reigns() {
        return reigns;
    }

    @Override
    public List<Row> table() {
        return table;
    }
}
