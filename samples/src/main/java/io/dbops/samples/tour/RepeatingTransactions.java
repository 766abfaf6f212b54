package io.dbops.samples.tour;

import io.dbops.retry.CommitMarkers;
import io.dbops.retry.Retries;
import io.dbops.retry.RetryEvent;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;

/** Scene 7: transactions that fail are run again, in turns where they get in each other's way, and never twice. */
final class RepeatingTransactions {

    private static final Duration DEADLOCK_TIMEOUT = Duration.ofMillis(100);
    private static final Duration WAITING = Duration.ofSeconds(3);
    private static final Duration IN_TURNS = Duration.ofSeconds(5);
    private static final int ATTEMPTS = 100;
    private static final int MANY = 1_000_000;
    private static final Duration LIMIT = Duration.ofSeconds(15);

    private static final String ROW = "%-24s  %6s  %9s  %11s  %10s  %9s";
    private static final String PAYMENT = "%-28s  %13s  %8s";

    /**
     * What was seen.
     *
     * @param waiting the storm without the gate
     * @param inTurns the storm with it
     * @param naively how many payments a plain loop made of one
     */
    record Seen(Storm.Result waiting, Storm.Result inTurns, int naively) {

        double times() {
            return inTurns.committedPerSecond() / waiting.committedPerSecond();
        }
    }

    private final Screen screen;
    private final EmbeddedNode primary;

    private RepeatingTransactions(Screen screen, EmbeddedNode primary) {
        this.screen = screen;
        this.primary = primary;
    }

    static Seen play(Screen screen, EmbeddedCluster cluster) throws Exception {
        screen.scene("Transactions fail, and are run again; never twice");
        var scene = new RepeatingTransactions(screen, cluster.primary());
        Storm.Result[] storms = scene.storms();
        screen.gap();
        int naively = scene.lostAnswers();
        cluster.awaitCaughtUp(LIMIT);
        return new Seen(storms[0], storms[1], naively);
    }

    private Storm.Result[] storms() throws Exception {
        screen.say(
                "%d threads move money between %d accounts, in random order. The server looks for deadlocks after %d ms; as"
                        + " it comes it waits a second, and the tour would take as much longer. Both ways run again what it"
                        + " rolls back; one makes them take turns from then on.",
                Storm.THREADS, Storm.ACCOUNTS, DEADLOCK_TIMEOUT.toMillis());
        screen.gap();
        Retries retries =
                Retries.attempts(ATTEMPTS).deadline(Duration.ofMinutes(1)).spending(MANY, 1);
        Storm.Result waiting;
        Storm.Result inTurns;
        try (Storm storm = Storm.on(primary, DEADLOCK_TIMEOUT)) {
            waiting = storm.run(retries.withoutGate(), WAITING);
            inTurns = storm.run(retries, IN_TURNS);
        }
        screen.show(Screen.format(ROW, "", "for", "commits", "a second", "deadlocks", "given up"));
        screen.warn(row("waits drawn at random", waiting));
        screen.highlight(row("dbops, as it comes", inTurns));
        screen.gap();
        BrokenPromiseException.unless(
                waiting.committed() > 0 && waiting.conflicts() > 0,
                "nothing deadlocked, or nothing went through: the run proves nothing; run it again");
        BrokenPromiseException.unless(
                inTurns.committedPerSecond() > waiting.committedPerSecond(),
                Screen.format(
                        "taking turns let %.1f transfers a second through, and %.1f went through without",
                        inTurns.committedPerSecond(), waiting.committedPerSecond()));
        screen.held("the sum of the accounts is what it was, and each transfer is there once");
        return new Storm.Result[] {waiting, inTurns};
    }

    private static String row(String how, Storm.Result result) {
        return Screen.format(
                ROW,
                how,
                Screen.seconds(result.time()),
                Screen.format("%,d", result.committed()),
                Screen.format("%,.1f", result.committedPerSecond()),
                Screen.format("%,d", result.conflicts()),
                Screen.format("%,d", result.failed()));
    }

    private int lostAnswers() throws Exception {
        screen.say(
                "Somebody pays. The server commits, and the connection breaks before it can say so: to the client that"
                        + " looks as if nothing had happened.");
        screen.gap();
        CommitMarkers markers = CommitMarkers.standard();
        create(markers);
        try (LostAnswer lost = LostAnswer.on(primary)) {
            DataSource dataSource = lost.dataSource();
            var naiveRuns = new AtomicInteger();
            int naively = lost.of("in a loop", () -> payInALoop(dataSource, naiveRuns));
            var runs = new AtomicInteger();
            var event = new AtomicReference<RetryEvent>();
            Transactions transactions = Retries.attempts(ATTEMPTS)
                    .proving(markers)
                    .listener(event::set)
                    .over(dataSource);
            int proven = lost.of("with proof", () -> {
                transactions.run(connection -> LostAnswer.pay(connection, "with proof", runs));
                return true;
            });
            screen.show(Screen.format(PAYMENT, "", "runs", "payments"));
            screen.warn(Screen.format(PAYMENT, "a loop that tries again", naiveRuns, naively));
            screen.highlight(Screen.format(PAYMENT, "proving(CommitMarkers...)", runs, proven));
            screen.gap();
            BrokenPromiseException.unless(
                    naively == 2, "the loop made " + naively + " payments, not two: the run proves nothing");
            BrokenPromiseException.unless(
                    proven == 1 && runs.get() == 1,
                    "with proof " + proven + " payments were made in " + runs + " runs, instead of one in one");
            BrokenPromiseException.unless(
                    event.get() instanceof RetryEvent.Resolved resolved
                            && resolved.outcome() instanceof CommitOutcome.Committed,
                    "the commit was not looked up: " + event.get());
            screen.held("the lost commit was looked up, found committed, and not run again");
            return naively;
        }
    }

    private void create(CommitMarkers markers) throws SQLException {
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            statement.execute(markers.ddl());
            statement.execute("grant insert, select, delete on dbops_tx to " + primary.user());
        }
    }

    /** What many a handwritten loop does: run it again after whatever error. */
    private static boolean payInALoop(DataSource dataSource, AtomicInteger runs) throws SQLException {
        while (true) {
            try {
                Transactions.over(dataSource).run(connection -> LostAnswer.pay(connection, "in a loop", runs));
                return true;
            } catch (SQLException e) {
                if (runs.get() == 3) {
                    throw e;
                }
            }
        }
    }
}
