package io.dbops.routing.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.routing.torture.Trouble.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The checker finds each violation in a history that has nothing else, and leaves what is right alone. */
class ConsistencyCheckerTest {

    private static final long S = 1001;
    private static final long T = 2001;

    private static Verdict check(Scene scene) throws IOException {
        return ConsistencyChecker.check(scene);
    }

    private static void finds(Rule rule, Scene scene) throws IOException {
        assertThat(check(scene).violations).isEqualTo(Map.of(rule, 1L));
    }

    private static Verdict isClean(Scene scene) throws IOException {
        Verdict verdict = check(scene);
        assertThat(verdict.shown).isEmpty();
        assertThat(verdict.violations).isEmpty();
        return verdict;
    }

    /** Three writes, the last two of S and T. */
    private static Scene threeWrites() {
        return new Scene()
                .write(S, 1, 0, 0)
                .write(S, 2, 1, 1000)
                .write(T, 3, 2, 2000)
                .kept(1, 2, 3);
    }

    @Nested
    class WithoutTroubles {

        @Test
        void readsOfTheNewestAreClean() throws Exception {
            Scene scene = threeWrites();
            for (Level level : Level.values()) {
                if (level.isRead()) {
                    scene.onReplica(S, level, 3, 5000).onPrimary(T, level, 3, 6000);
                }
            }
            Verdict verdict = isClean(scene);
            assertThat(verdict.operations).isEqualTo(13);
            assertThat(verdict.excused).isEmpty();
        }

        @Test
        void aReadWithoutItsSessionsWriteIsFound() throws Exception {
            finds(Rule.OWN_WRITE_NOT_SEEN, threeWrites().onReplica(S, Level.SESSION, 1, 1500));
            isClean(threeWrites().onReplica(T, Level.SESSION, 1, 1500));
            isClean(threeWrites().onReplica(S, Level.BOUNDED, 1, 1500));
        }

        @Test
        void aReadThatBeganBeforeItsSessionsWriteReturnedMayLackIt() throws Exception {
            isClean(threeWrites().onReplica(S, Level.SESSION, 1, 1009));
            finds(Rule.OWN_WRITE_NOT_SEEN, threeWrites().onReplica(S, Level.SESSION, 1, 1010));
        }

        @Test
        void aTokenStandsForTheWritesBeforeItWasIssued() throws Exception {
            isClean(threeWrites().read(S, Level.SESSION, 1, 1005, 1500, "db-2", false));
            finds(Rule.OWN_WRITE_NOT_SEEN, threeWrites().read(S, Level.SESSION, 1, 1200, 1500, "db-2", false));
        }

        @Test
        void aReadOlderThanItsBoundIsFound() throws Exception {
            for (Level level : new Level[] {Level.BOUNDED, Level.SESSION, Level.MONOTONIC}) {
                isClean(threeWrites().onReplica(T, level, 1, 2009));
            }
            finds(Rule.TOO_STALE, threeWrites().onReplica(T, Level.BOUNDED, 1, 2010));
            finds(Rule.TOO_STALE, threeWrites().onReplica(3001, Level.SESSION, 1, 2010));
            isClean(threeWrites().onReplica(T, Level.EVENTUAL, 1, 9000));
        }

        @Test
        void aStrongReadWithoutTheNewestIsFound() throws Exception {
            finds(Rule.NOT_CURRENT, threeWrites().onPrimary(3001, Level.STRONG, 2, 2010));
            isClean(threeWrites().onPrimary(3001, Level.STRONG, 2, 2009));
        }

        @Test
        void aReadOfThePrimaryThatAStandbyServedIsFound() throws Exception {
            finds(Rule.PRIMARY_IS_STANDBY, threeWrites().misled(3001, Level.STRONG, 2, 5000));
        }

        @Test
        void aSessionThatGoesBackIsFound() throws Exception {
            finds(
                    Rule.WENT_BACK,
                    threeWrites().onReplica(3001, Level.MONOTONIC, 3, 2200).onReplica(3001, Level.MONOTONIC, 2, 2300));
            isClean(threeWrites().onReplica(3001, Level.SESSION, 3, 2200).onReplica(3001, Level.SESSION, 2, 2300));
            isClean(threeWrites().onReplica(3001, Level.MONOTONIC, 3, 2200).onReplica(3002, Level.MONOTONIC, 2, 2300));
        }

        @Test
        void valuesThatNobodyWroteAreFound() throws Exception {
            finds(Rule.NEVER_WRITTEN, threeWrites().onReplica(S, Level.EVENTUAL, 99, 5000));
            finds(Rule.NEVER_WRITTEN, threeWrites().kept(99));
        }

        @Test
        void refusedWritesThatHappenedAreFound() throws Exception {
            finds(
                    Rule.REFUSED_BUT_SEEN,
                    threeWrites().write(S, 4, 3, 3000, 3010, "", Outcome.FAILED).onReplica(S, Level.EVENTUAL, 4, 5000));
            finds(
                    Rule.REFUSED_BUT_KEPT,
                    threeWrites().write(S, 4, 3, 3000, 3010, "", Outcome.FAILED).kept(4));
        }

        @Test
        void writesThatAreThereTwiceOrElsewhereAreFound() throws Exception {
            finds(Rule.KEPT_OTHERWISE, threeWrites().kept(3));
            assertThat(check(new Scene().write(S, 1, 0, 0).write(S, 2, 1, 1000).kept(2, 1)).violations)
                    .containsOnlyKeys(Rule.KEPT_OTHERWISE);
        }

        @Test
        void aWriteThatIsGoneWithoutReasonIsFound() throws Exception {
            finds(
                    Rule.LOST_WITHOUT_CAUSE,
                    new Scene().write(S, 1, 0, 0).write(S, 2, 1, 1000).kept(1));
        }

        @Test
        void errorsThatHaveNoPlaceAreFound() throws Exception {
            finds(Rule.UNEXPECTED_ERROR, threeWrites().failed(S, "!java.lang.IllegalStateException"));
            isClean(threeWrites().failed(S, "PSQLException 08006"));
        }

        @Test
        void replicasShareIsOfHealthyTimesAndOfReadsThatAllowOne() throws Exception {
            Verdict verdict = isClean(threeWrites()
                    .trouble(Kind.HEALTHY, 4000, 4000, 4000, 6000)
                    .onReplica(S, Level.SESSION, 3, 5000)
                    .onPrimary(S, Level.BOUNDED, 3, 5000)
                    .onPrimary(S, Level.STRONG, 3, 5000)
                    .onPrimary(S, Level.SESSION, 3, 7000));
            assertThat(verdict.replicaShare()).isEqualTo(0.5);
        }
    }

    @Nested
    class WithUnknownOutcomes {

        private Scene unknown() {
            return new Scene().write(S, 1, 0, 0).write(S, 2, 1, 1000, 1010, "", Outcome.UNKNOWN);
        }

        @Test
        void whatIsNotThereIsNotMissed() throws Exception {
            isClean(unknown().onReplica(S, Level.SESSION, 1, 3000).kept(1));
        }

        @Test
        void whatMayHaveCommittedLaterIsNotMissed() throws Exception {
            isClean(unknown().onPrimary(S, Level.SESSION, 1, 3000).kept(1, 2));
        }

        @Test
        void whatSomebodyHasSeenIsMissed() throws Exception {
            finds(
                    Rule.OWN_WRITE_NOT_SEEN,
                    unknown()
                            .onReplica(T, Level.EVENTUAL, 2, 2000)
                            .onReplica(S, Level.SESSION, 1, 2100)
                            .kept(1, 2));
            isClean(unknown()
                    .onReplica(T, Level.EVENTUAL, 2, 2100)
                    .onReplica(S, Level.SESSION, 1, 2000)
                    .kept(1, 2));
        }

        @Test
        void whatAnAcknowledgedWriteCameAfterIsMissed() throws Exception {
            finds(
                    Rule.OWN_WRITE_NOT_SEEN,
                    unknown()
                            .write(T, 3, 2, 2000)
                            .onReplica(S, Level.SESSION, 1, 2100)
                            .kept(1, 2, 3));
        }
    }

    /** At 5000 db-1 crashes with write 2, which db-3, promoted at 6000, does not have; it has write 3 instead. */
    @Nested
    class WithAFailover {

        private Scene failover() {
            return new Scene()
                    .write(S, 1, 0, 0)
                    .write(S, 2, 1, 4900)
                    .write(T, 3, 1, 6500, 6510, "db-3", Outcome.OK)
                    .kept(1, 3)
                    .trouble(Kind.SUCCESSION, 5000, 6000, 5000, 9000)
                    .followed(1, 1, "db-1", 0, 6200)
                    .followed(1, 2, "db-3", 6210, 20_000)
                    .followed(2, 1, "db-1", 0, 6200)
                    .followed(2, 2, "db-3", 6210, 20_000);
        }

        @Test
        void whatTheServersLostIsExcusedAndCounted() throws Exception {
            Verdict verdict = isClean(failover()
                    .read(S, Level.SESSION, 1, 6400, "db-2", false)
                    .read(S, Level.SESSION, 3, 8000, "db-3", true));
            assertThat(verdict.excused)
                    .containsEntry(Excused.WRITES_LOST_BY_SERVERS, 1L)
                    .containsEntry(Excused.READS_WITHOUT_OWN_LOST_WRITE, 1L)
                    .containsEntry(Excused.READS_WITHOUT_LOST_WRITE, 2L);
        }

        @Test
        void whatIsNotLostYetIsMissed() throws Exception {
            finds(Rule.OWN_WRITE_NOT_SEEN, failover().read(S, Level.SESSION, 1, 4950, "db-2", false));
        }

        @Test
        void whoStillFollowsTheOldPrimaryMissesWhatItAcknowledged() throws Exception {
            finds(Rule.OWN_WRITE_NOT_SEEN, failover().read(S, Level.SESSION, 1, 5500, "db-2", false));
            finds(Rule.TOO_STALE, failover().read(T, Level.BOUNDED, 1, 6000, "db-2", false));
        }

        @Test
        void aLineageThatWasLeftServesNothing() throws Exception {
            isClean(failover().read(T, Level.BOUNDED, 2, 6190, "db-2", false));
            finds(Rule.LEFT_LINEAGE, failover().read(T, Level.BOUNDED, 2, 6300, "db-2", false));
            isClean(failover().read(T, Level.EVENTUAL, 2, 6300, "db-2", false));
        }

        @Test
        void aReadMayNotLackWhatTheSuccessorHasAcknowledgedLongAgo() throws Exception {
            finds(Rule.TOO_STALE, failover().read(S, Level.BOUNDED, 1, 7600, "db-2", false));
        }

        @Test
        void aCommitAtThePrimaryThatWasLeftIsFound() throws Exception {
            Scene scene = failover().write(S, 4, 2, 6300, 6310, "db-1", Outcome.OK);
            assertThat(check(scene).violations).containsEntry(Rule.LEFT_PRIMARY, 1L);
        }

        @Test
        void anotherNodesWritesAreNotLostByIt() throws Exception {
            assertThat(check(failover().write(S, 4, 1, 4000, 4010, "db-2", Outcome.OK)).violations)
                    .containsEntry(Rule.LOST_WITHOUT_CAUSE, 1L);
        }
    }

    /** From 5000 process 1 cannot reach db-1, follows db-3 from 6100, and writes 3; process 2 stays with db-1. */
    @Nested
    class WithAZombie {

        private Scene zombie() {
            return new Scene()
                    .write(S, 1, 0, 0)
                    .write(S, 3, 1, 6500, 6510, "db-3", Outcome.OK)
                    .write(T, 2, 1, 7000)
                    .kept(1, 3)
                    .trouble(Kind.ZOMBIE, 5000, 6000, 9000, 9900)
                    .followed(1, 1, "db-1", 0, 6000)
                    .followed(1, 2, "db-3", 6100, 20_000)
                    .followed(2, 1, "db-1", 0, 9100)
                    .followed(2, 2, "db-3", 9200, 20_000);
        }

        @Test
        void isolatedProcessesAreExcusedAndCounted() throws Exception {
            Verdict verdict = isClean(zombie().onPrimary(T, Level.STRONG, 1, 6900)
                    .onPrimary(T, Level.STRONG, 2, 7800)
                    .read(T, Level.BOUNDED, 2, 8900, "db-2", false)
                    .read(T, Level.SESSION, 3, 9800, "db-3", true));
            assertThat(verdict.excused)
                    .containsEntry(Excused.WRITES_ACKNOWLEDGED_BY_ZOMBIE, 1L)
                    .containsEntry(Excused.READS_BEHIND_ISOLATED_PRIMARY, 3L)
                    .containsEntry(Excused.READS_WITHOUT_OWN_LOST_WRITE, 1L);
        }

        @Test
        void aProcessThatFollowsTheNewPrimaryIsNotExcused() throws Exception {
            finds(Rule.TOO_STALE, zombie().read(S, Level.BOUNDED, 1, 8000, "db-2", false));
            assertThat(check(zombie().read(S, Level.SESSION, 1, 6600, "db-2", false)).violations)
                    .containsOnlyKeys(Rule.OWN_WRITE_NOT_SEEN);
        }

        @Test
        void isolatedProcessesStillSeeWhatTheirPrimaryAcknowledged() throws Exception {
            finds(Rule.OWN_WRITE_NOT_SEEN, zombie().read(T, Level.SESSION, 1, 7100, "db-2", false));
            assertThat(check(zombie().read(2002, Level.BOUNDED, 1, 8500, "db-2", false)).violations)
                    .containsOnlyKeys(Rule.TOO_STALE);
        }
    }

    @Nested
    class WithACrash {

        @Test
        void theCrashMayLoseWhatDidNotWaitForTheLog() throws Exception {
            Scene scene = new Scene()
                    .write(S, 1, 0, 0)
                    .write(S, 2, 1, 4990)
                    .write(T, 3, 1, 7000)
                    .kept(1, 3)
                    .trouble(Kind.CRASH, 5000, 5000, 5000, 6000)
                    .followed(1, 1, "db-1", 0, 20_000);
            Verdict verdict = isClean(scene.onPrimary(S, Level.SESSION, 1, 6500));
            assertThat(verdict.excused).containsEntry(Excused.WRITES_LOST_BY_SERVERS, 1L);
        }
    }

    @Test
    void aHistoryFileGivesBackWhatItWasGiven(@TempDir Path directory) throws Exception {
        Scene scene = threeWrites()
                .onReplica(S, Level.BOUNDED, 3, 5000)
                .failed(T, "08006")
                .followed(1, 2, "db-1", 3, 4)
                .trouble(Kind.ZOMBIE, 1, 2, 3, 4);
        var expected = new ArrayList<Op>();
        scene.forEach(expected::add);
        try (var file = new HistoryFile(FileHistory.file(directory, "process-1"));
                var parent = new HistoryFile(FileHistory.file(directory, "parent"))) {
            for (Op op : expected) {
                file.add(op);
            }
            file.add(scene.reigns().get(0));
            parent.add(scene.troubles().get(0));
            for (Row row : scene.table()) {
                parent.add(row);
            }
        }
        FileHistory history = FileHistory.of(directory);
        var ops = new ArrayList<Op>();
        history.forEach(ops::add);
        assertThat(ops).isEqualTo(expected);
        assertThat(history.reigns()).isEqualTo(scene.reigns());
        assertThat(history.troubles()).isEqualTo(scene.troubles());
        assertThat(history.table()).isEqualTo(scene.table());
    }
}
