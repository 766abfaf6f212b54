package io.dbops.routing.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.routing.jdbc.Occupants.Sighting;
import io.dbops.tx.RunningUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Who had a connection at an instant: the unit of the time, or nobody for certain. */
class OccupantsTest {

    private final Occupants occupants = new Occupants();

    private static RunningUnit unit(String name) {
        return new RunningUnit(name, new StackTraceElement("Orders", "place", "Orders.java", 41), "main", 1);
    }

    private RunningUnit lease(String name, long end) {
        RunningUnit unit = unit(name);
        occupants.enter(unit);
        occupants.leave(end);
        return unit;
    }

    @Test
    void whoeverHasItNowHadItSinceTheLastOneLeft() {
        RunningUnit first = lease("first", 100);
        RunningUnit second = unit("second");
        occupants.enter(second);

        assertThat(occupants.at(50, 0).certain()).isSameAs(first);
        assertThat(occupants.at(150, 0).certain()).isSameAs(second);
        assertThat(occupants.had(first)).isTrue();
        assertThat(occupants.had(unit("first"))).isFalse();
    }

    @Test
    void aQuestionAboutThePastIsNotAnsweredWithThePresent() {
        RunningUnit first = lease("first", 100);
        for (int i = 2; i < 7; i++) {
            lease("later", i * 100L);
        }
        assertThat(occupants.at(99, 20).certain()).isSameAs(first);
    }

    @Test
    void whatIsForgottenIsNotMadeUp() {
        for (int i = 1; i < 30; i++) {
            lease("unit", i * 100L);
        }
        assertThat(occupants.at(250, 20).certain()).isNull();
        assertThat(occupants.at(250, 20).why()).contains("long over");
        assertThat(occupants.at(2_850, 20).certain()).isNotNull();
    }

    @Test
    void whereTheTimeDoesNotTellThemApartNobodyIsNamed() {
        lease("first", 100);
        occupants.enter(unit("second"));

        Sighting seen = occupants.at(110, 20);
        assertThat(seen.certain()).isNull();
        assertThat(seen.why()).contains("\"first\"", "\"second\"", "Orders.java:41");
    }

    @Test
    void whoWasInTheWayWasThereBeforeTheDoubt() {
        long noticed = 10 * Occupants.DOUBT;
        RunningUnit blocker = lease("blocker", noticed - Occupants.DOUBT / 2);
        lease("later", noticed - 1);
        occupants.enter(unit("now"));

        assertThat(occupants.atDeadlock(noticed, true).certain()).isSameAs(blocker);
        assertThat(occupants.atDeadlock(noticed, false).certain()).isNull();
    }

    @Test
    void aLeaseForNoUnitIsNotTakenForTheNextOne() {
        lease("first", 100);
        occupants.enter(null);
        occupants.leave(200);
        occupants.enter(unit("second"));

        assertThat(occupants.at(150, 20).certain()).isNull();
        assertThat(occupants.at(150, 20).why()).contains("outside of a unit");
    }

    @Test
    void aLeaseThatEndedUnnoticedLastsUntilTheNextEnd() {
        lease("first", 100);
        occupants.enter(unit("unnoticed"));
        occupants.enter(unit("third"));

        assertThat(occupants.at(150, 20).certain()).isNull();
        assertThat(occupants.at(150, 20).units()).hasSize(2);
    }

    @Test
    void whoReadsWhileItIsWrittenSeesOneUnitOrNone() throws Exception {
        var stop = new AtomicBoolean();
        var wrong = new ArrayList<Sighting>();
        var writer = new Thread(() -> {
            for (long i = 1; !stop.get(); i++) {
                lease(Long.toString(i), i * 10);
            }
        });
        writer.setDaemon(true);
        writer.start();
        for (int i = 0; i < 200_000; i++) {
            // Lease n lasts from 10 (n - 1) to 10 n: whoever is named certainly is the right one.
            long instant = 10L * i + 5;
            Sighting seen = occupants.at(instant, 0);
            RunningUnit unit = seen.certain();
            if (unit != null && Long.parseLong(String.valueOf(unit.name())) > i + 1) {
                wrong.add(seen);
            }
        }
        stop.set(true);
        writer.join(10_000);
        assertThat(wrong).isEqualTo(List.of());
    }
}
