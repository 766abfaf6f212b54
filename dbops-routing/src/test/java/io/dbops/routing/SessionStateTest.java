package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class SessionStateTest {

    private final RouterCore core = new RouterCore(
            LagAwareRouting.within(Duration.ofSeconds(2)),
            "test",
            List.of(Node.of("db-1", new PGSimpleDataSource(), new PGSimpleDataSource())),
            null,
            SystemClock.INSTANCE);

    @Test
    void rule10_anInstantThatComesLateDoesNotTakeBackALaterOne() {
        var session = new SessionState(core);
        session.wrote(200, 1);
        session.wrote(100, 1);
        assertThat(session.isCoveredBy(150)).isFalse();
        assertThat(session.isCoveredBy(200)).as("the comparison is strict").isFalse();
        assertThat(session.isCoveredBy(201)).isTrue();
    }

    @Test
    void rule10_aSessionThatNeverWroteIsCoveredByTheFirstInstant() {
        assertThat(new SessionState(core).isCoveredBy(0)).isTrue();
    }

    @Test
    void rule10_instantsAreNeverNegative() {
        assertThat(SystemClock.INSTANCE.nanos()).isNotNegative();
    }

    @Test
    void aSessionThatFindsOutThatItMayHaveLostWritesIsCountedOnce() {
        var session = new SessionState(core);
        assertThat(session.mayHaveLostWrites()).isFalse();
        assertThat(core.lostSessions()).isZero();
        session.resumeAt(100, 1, true);
        assertThat(session.mayHaveLostWrites()).isTrue();
        session.resumeAt(200, 1, true);
        assertThat(core.lostSessions()).isOne();
    }

    @Test
    void sessionsNestOnAThread() {
        var outer = new SessionState(core);
        var inner = new SessionState(core);
        outer.run(() -> {
            assertThat(core.currentSession()).isSameAs(outer);
            inner.run(() -> assertThat(core.currentSession()).isSameAs(inner));
            assertThat(core.currentSession()).isSameAs(outer);
        });
        assertThat(core.isProcessSession(core.currentSession())).isTrue();
    }
}
