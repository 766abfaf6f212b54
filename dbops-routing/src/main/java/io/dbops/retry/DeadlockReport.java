package io.dbops.retry;

import io.dbops.dialect.Deadlock.Wait;
import io.dbops.routing.jdbc.Witness;
import io.dbops.tx.RunningUnit;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A deadlock: who waited for whom, and who that was. Each waits for the next one, and the last for the first, which is the
 * unit of work that the server ended.
 *
 * <p>Immutable. {@link #toString} is for people, {@link #line} for a log.
 *
 * @param victim the unit of work that the server ended
 * @param parties all of them, the victim first; empty if the server did not say, or not so that it could be understood
 *     beyond doubt
 */
public record DeadlockReport(Ours victim, List<Party> parties) {

    /** Copies the list. */
    public DeadlockReport {
        parties = List.copyOf(parties);
    }

    /**
     * One of those who waited for each other.
     *
     * @param pid the number of its server process
     * @param mode in what mode it wanted a lock, as the server calls it, such as {@code ShareLock}
     * @param object what it wanted to lock, in the server's own words
     * @param relation the relation in which it was busy; {@code null} if that is not known
     * @param blockedBy the number of the process that was in its way
     * @param who who it was
     */
    public record Party(
            long pid, String mode, String object, @Nullable String relation, long blockedBy, Who who) {

        static Party of(Wait wait, Who who) {
            return new Party(wait.pid(), wait.mode(), wait.object(), wait.relation(), wait.blockedBy(), who);
        }

        @Override
        public String toString() {
            return "process " + pid + " waits for " + mode + " on " + object
                    + (relation == null ? "" : ", in relation \"" + relation + "\"") + ", blocked by process "
                    + blockedBy + ": " + who;
        }
    }

    /** Who a server process worked for. */
    public sealed interface Who {}

    /**
     * A unit of work of this instance.
     *
     * @param name its name; {@code null} if it has none
     * @param site where in the program it was asked for. By the class of the work: an object that two places share is
     *     told by the first of them
     * @param thread the name of the thread that ran it
     * @param attempt the how many-th run it was, from 1
     * @param waited the line of its work that the error came from; known of the victim alone
     */
    public record Ours(
            @Nullable String name,
            StackTraceElement site,
            String thread,
            int attempt,
            @Nullable StackTraceElement waited)
            implements Who {

        static Ours of(RunningUnit running, @Nullable StackTraceElement waited) {
            return new Ours(running.name(), running.site(), running.thread(), running.attempt(), waited);
        }

        @Override
        public String toString() {
            return titled(name) + " (" + site + (waited == null || waited.equals(site) ? "" : ", at " + waited)
                    + run(thread, attempt);
        }
    }

    /**
     * A unit of work of another instance of the fleet, as that one says. Anybody who may connect to the database could.
     *
     * @param instance the instance, by its name and process
     * @param name the unit's name; {@code null} if it has none
     * @param site where in the program it was asked for
     * @param thread the name of the thread that ran it
     * @param attempt the how many-th run it was, from 1
     * @param client the address it comes from, as the server shows it; {@code null} if it does not
     */
    public record Elsewhere(
            String instance,
            @Nullable String name,
            StackTraceElement site,
            String thread,
            int attempt,
            @Nullable String client)
            implements Who {

        static Elsewhere of(Witness.Elsewhere unit, @Nullable String client) {
            return new Elsewhere(unit.instance(), unit.name(), unit.site(), unit.thread(), unit.attempt(), client);
        }

        @Override
        public String toString() {
            return titled(name) + " of " + instance + (client == null ? "" : " at " + client) + " (" + site
                    + run(thread, attempt);
        }
    }

    /**
     * Somebody else, as the server shows it.
     *
     * @param application what it calls itself; empty if nothing
     * @param client the address it comes from; {@code null} if it is the server's own, or hidden
     * @param statement the beginning of the last statement of its transaction, which may hold values of the application;
     *     {@code null} if the transaction is over, or hidden
     * @param hidden whether this role may not see more; {@code pg_monitor} may
     */
    public record Stranger(
            String application,
            @Nullable String client,
            @Nullable String statement,
            boolean hidden) implements Who {

        @Override
        public String toString() {
            return "not a unit of work: application \"" + application + "\""
                    + (client == null ? "" : " at " + client)
                    + (hidden ? "; more is hidden from this role, grant it pg_monitor" : "");
        }
    }

    /**
     * Somebody of whom it is not known who.
     *
     * @param why why not
     */
    public record Unknown(String why) implements Who {

        @Override
        public String toString() {
            return "unknown: " + why;
        }
    }

    private static String titled(@Nullable String name) {
        return name == null ? "a unit of work" : "unit of work \"" + name + "\"";
    }

    private static String run(String thread, int attempt) {
        return (thread.isEmpty() ? ", a thread without a name" : ", thread " + thread)
                + (attempt == 1 ? "" : ", run " + attempt) + ")";
    }

    /**
     * The report in one line, without statements.
     *
     * @return for a log
     */
    public String line() {
        return parties.isEmpty()
                ? "Deadlock, ended by the failure of " + victim + "; the server did not say who else was in it"
                : "Deadlock, ended by the failure of the first: "
                        + parties.stream().map(Party::toString).collect(Collectors.joining("; "));
    }

    /** The report in several lines. */
    @Override
    public String toString() {
        var text = new StringBuilder("Deadlock, ended by the failure of ").append(victim);
        if (parties.isEmpty()) {
            text.append("\n  the server did not say who else was in it");
        }
        for (Party party : parties) {
            text.append("\n  ").append(party);
            if (party.who() instanceof Stranger stranger && stranger.statement() != null) {
                text.append("\n    ").append(stranger.statement());
            }
        }
        return text.toString();
    }
}
