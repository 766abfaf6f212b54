package io.dbops.retry;

import io.dbops.dialect.Activity;
import io.dbops.dialect.Deadlock;
import io.dbops.dialect.Deadlock.Wait;
import io.dbops.dialect.Dialect;
import io.dbops.retry.DeadlockReport.Elsewhere;
import io.dbops.retry.DeadlockReport.Ours;
import io.dbops.retry.DeadlockReport.Party;
import io.dbops.retry.DeadlockReport.Stranger;
import io.dbops.retry.DeadlockReport.Unknown;
import io.dbops.retry.DeadlockReport.Who;
import io.dbops.routing.jdbc.Occupants.Sighting;
import io.dbops.routing.jdbc.Witness;
import io.dbops.routing.jdbc.Witness.Scene;
import io.dbops.routing.jdbc.Witness.Testimony;
import io.dbops.time.Clock;
import io.dbops.tx.RunningUnit;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out who was in a deadlock. What is known in this process is looked up at once, on the thread of the unit that was
 * the victim; what others must be asked is asked by the {@link Witness}, which tells later. Thread-safe.
 */
final class Deadlocks {

    private static final Logger LOG = LoggerFactory.getLogger("io.dbops.retry.deadlocks");

    private static final Unknown NOT_OURS =
            new Unknown("no unit of work of this data source, and there is nobody to ask");
    private static final Unknown NOT_SAID = new Unknown("no unit of work of this instance, and nobody has answered");
    private static final Unknown GONE = new Unknown("its process is gone, and no instance says that it was its own");

    private final Dialect dialect = Dialect.ofUrl("jdbc:postgresql:");
    private final LogPace pace;

    Deadlocks(Clock clock) {
        pace = new LogPace(clock);
    }

    /**
     * Reports a deadlock, if an error is one, now or later.
     *
     * @param dataSource where it happened
     * @param unit who got the error
     * @param told is told, beside the log; perhaps on another thread
     * @return whether it is one
     */
    boolean isReported(DataSource dataSource, RunningUnit unit, SQLException error, Consumer<DeadlockReport> told) {
        Deadlock deadlock = dialect.deadlock(error);
        if (deadlock == null) {
            return false;
        }
        Ours victim = Ours.of(unit, CallSites.lineOf(error));
        Witness witness = witness(dataSource);
        Scene scene = witness == null ? null : witness.sceneOf(unit);
        List<Wait> waits = deadlock.waits();
        if (scene != null && !waits.isEmpty() && waits.get(0).pid() != scene.pid()) {
            // Who is told comes first: if that is not who was told, the text was not understood.
            waits = List.of();
        }
        var known = new HashMap<Long, Who>();
        var strange = new HashSet<Long>();
        for (Wait wait : waits.subList(Math.min(1, waits.size()), waits.size())) {
            Sighting seen = witness == null || scene == null
                    ? null
                    : witness.seen(scene, wait.pid(), wait.pid() == waits.get(0).blockedBy());
            if (seen == null) {
                strange.add(wait.pid());
            } else {
                known.put(wait.pid(), who(seen));
            }
        }
        if (!waits.isEmpty()) {
            known.put(waits.get(0).pid(), victim);
        }
        Consumer<DeadlockReport> publish = report -> {
            log(report);
            told.accept(report);
        };
        report(new Draft(victim, waits, known), witness, scene, strange, publish);
        return true;
    }

    /** What is known of a deadlock so far. */
    private record Draft(Ours victim, List<Wait> waits, Map<Long, Who> known) {

        DeadlockReport report(Map<Long, Testimony> testimonies, Who otherwise) {
            var parties = new ArrayList<Party>();
            for (Wait wait : waits) {
                Who who = known.get(wait.pid());
                if (who == null) {
                    Testimony testimony = testimonies.get(wait.pid());
                    who = testimony == null ? otherwise : Deadlocks.who(testimony);
                }
                parties.add(Party.of(wait, who));
            }
            return new DeadlockReport(victim, parties);
        }
    }

    private void report(
            Draft draft,
            @Nullable Witness witness,
            @Nullable Scene scene,
            Set<Long> strange,
            Consumer<DeadlockReport> publish) {
        if (strange.isEmpty() || witness == null || scene == null) {
            publish.accept(draft.report(Map.of(), NOT_OURS));
            return;
        }
        String refusal = witness.ask(
                scene,
                strange,
                draft.waits().get(0).blockedBy(),
                answers -> publish.accept(draft.report(answers, NOT_SAID)));
        if (refusal != null) {
            publish.accept(draft.report(Map.of(), new Unknown("no unit of work of this instance, and " + refusal)));
        }
    }

    private static @Nullable Witness witness(DataSource dataSource) {
        try {
            return dataSource.isWrapperFor(Witness.class) ? dataSource.unwrap(Witness.class) : null;
        } catch (SQLException | RuntimeException e) {
            return null;
        }
    }

    private static Who who(Sighting seen) {
        RunningUnit unit = seen.certain();
        return unit == null ? new Unknown("a connection of this instance: " + seen.why()) : Ours.of(unit, null);
    }

    private static Who who(Testimony testimony) {
        Activity activity = testimony.activity();
        if (testimony.unit() != null) {
            return Elsewhere.of(testimony.unit(), activity == null ? null : activity.client());
        }
        if (testimony.unclear() != null) {
            return new Unknown("a connection of " + testimony.unclear());
        }
        return activity == null
                ? GONE
                : new Stranger(activity.application(), activity.client(), activity.statement(), activity.hidden());
    }

    private void log(DeadlockReport report) {
        long left = pace.leftOut();
        if (left == 0) {
            LOG.warn("{}", report.line());
        } else if (left > 0) {
            LOG.warn("{} (and {} more, not written since)", report.line(), left);
        }
    }
}
