package io.dbops.routing;

import io.dbops.dialect.Activity;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.FleetMessage.Answer;
import io.dbops.routing.FleetMessage.Question;
import io.dbops.routing.FleetMessage.Unclear;
import io.dbops.routing.jdbc.Occupants.Sighting;
import io.dbops.routing.jdbc.Witness;
import io.dbops.tx.RunningUnit;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which units of work had which connections of this router of late, and asks the other instances of the fleet about
 * processes that are none of its own.
 *
 * <p>They talk by notifications through the primary, over the connection that watches it ({@link FleetEar}); nobody
 * needs to know of anybody. A question is asked once a second at most, a few are open at a time, each for three
 * seconds, and whoever waits for the answer does so on one thread that ends when there is nothing to wait for.
 *
 * <p>Thread-safe. It begins to listen with the first unit of work that wants to be told of deadlocks.
 */
final class FleetWitness implements Witness, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FleetWitness.class);

    private static final long PATIENCE = Duration.ofSeconds(3).toNanos();
    private static final int MOST_OPEN = 8;
    private static final int ANSWERS_PER_SECOND = 20;

    private final RouterCore core;
    private final String instance;
    /** Tells this router from others, of its own process as well. */
    private final String id = UUID.randomUUID().toString();

    private final SpillBudget questions;
    private final SpillBudget answers;
    private final AtomicLong asked = new AtomicLong();
    private final Map<Long, Inquiry> inquiries = new ConcurrentHashMap<>();
    private final Queue<Inquiry> unsent = new ArrayBlockingQueue<>(MOST_OPEN);
    private final ThreadPoolExecutor telling;
    private volatile boolean open;

    FleetWitness(RouterCore core, String application) {
        this.core = core;
        instance = application + " (process " + ProcessHandle.current().pid() + ")";
        questions = new SpillBudget(1, core.clock());
        answers = new SpillBudget(ANSWERS_PER_SECOND, core.clock());
        telling = new ThreadPoolExecutor(0, 1, 5, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MOST_OPEN), task -> {
            var thread = new Thread(task, "dbops-" + application + "-deadlocks");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** A question of ours, until it is answered or nobody waits any more. */
    static final class Inquiry {
        final long number;
        final Scene scene;
        final Set<Long> pids;
        private final long blocker;
        private final CompletableFuture<Boolean> answered = new CompletableFuture<>();
        private final Map<Long, Elsewhere> units = new ConcurrentHashMap<>();
        private final Map<Long, String> unclear = new ConcurrentHashMap<>();
        private final Map<Long, Activity> activities = new ConcurrentHashMap<>();
        private volatile boolean looked;

        private Inquiry(long number, Scene scene, Set<Long> pids, long blocker) {
            this.blocker = blocker;
            this.number = number;
            this.scene = scene;
            this.pids = Set.copyOf(pids);
        }

        /** What the server shows of the processes; of those that are not there, nothing. */
        void shown(List<Activity> all) {
            all.forEach(each -> activities.put(each.pid(), each));
            looked = true;
        }

        private Map<Long, Testimony> testimonies() {
            var all = new HashMap<Long, Testimony>();
            for (long pid : pids) {
                if (looked || units.containsKey(pid) || unclear.containsKey(pid)) {
                    all.put(pid, new Testimony(units.get(pid), unclear.get(pid), activities.get(pid)));
                }
            }
            return all;
        }
    }

    /** Wants the connection that watches the primary to listen. */
    void open() {
        if (!open) {
            open = true;
        }
    }

    boolean isOpen() {
        return open;
    }

    /** Whether an answer of others is waited for. */
    boolean isWaiting() {
        return !inquiries.isEmpty();
    }

    @Override
    public @Nullable Scene sceneOf(RunningUnit unit) {
        for (RoutedNode node : core.nodes()) {
            for (Stamp stamp : node.stamps()) {
                if (stamp.occupants.had(unit) && stamp.occupants.conflictAt() != 0) {
                    return new Scene(stamp.server, stamp.backend.pid(), stamp.occupants.conflictAt());
                }
            }
        }
        return null;
    }

    @Override
    public @Nullable Sighting seen(Scene scene, long pid, boolean blocker) {
        ServerIdentity server = scene.server();
        Sighting seen = null;
        for (RoutedNode node : core.nodes()) {
            for (Stamp stamp : node.stamps()) {
                if (stamp.backend.pid() == pid && server != null && stamp.server.isSameRunAs(server)) {
                    seen = Sighting.of(seen, stamp.occupants.atDeadlock(scene.instant(), blocker));
                }
            }
        }
        return seen;
    }

    @Override
    public @Nullable String ask(Scene scene, Set<Long> pids, long blocker, Consumer<Map<Long, Testimony>> then) {
        if (core.isClosed()) {
            return "the router is closed";
        }
        if (pids.size() > FleetMessage.MOST_PIDS) {
            return "these are too many to ask about";
        }
        if (questions.take() != 0) {
            return "nobody is asked more than once a second";
        }
        var inquiry = new Inquiry(asked.incrementAndGet(), scene, pids, blocker);
        if (!unsent.offer(inquiry)) {
            return "questions before this one are not answered yet";
        }
        inquiries.put(inquiry.number, inquiry);
        long deadline = core.clock().nanos() + PATIENCE;
        try {
            telling.execute(() -> await(inquiry, deadline, then));
        } catch (RejectedExecutionException e) {
            forget(inquiry);
            return "questions before this one are not answered yet";
        }
        core.demandSample();
        return null;
    }

    private void await(Inquiry inquiry, long deadline, Consumer<Map<Long, Testimony>> then) {
        try {
            inquiry.answered.get(deadline - core.clock().nanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            LOG.debug("Not all of the processes {} were known to somebody", inquiry.pids);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            return;
        } finally {
            forget(inquiry);
        }
        try {
            then.accept(inquiry.testimonies());
        } catch (RuntimeException | Error e) {
            LOG.warn("A deadlock could not be reported", e);
        }
    }

    private void forget(Inquiry inquiry) {
        inquiries.remove(inquiry.number);
        unsent.remove(inquiry);
    }

    /** A question that was not sent yet, if there is one. */
    @Nullable
    Inquiry nextUnsent() {
        return unsent.poll();
    }

    /** How a question is put to others. */
    Question question(Inquiry inquiry, long micros) {
        return new Question(id, inquiry.number, micros, inquiry.blocker, List.copyOf(inquiry.pids));
    }

    boolean isOwn(Question question) {
        return question.asker().equals(id);
    }

    /** Takes in what somebody says. */
    void heard(FleetMessage message) {
        if (message instanceof Answer answer && answer.asker().equals(id)) {
            note(inquiries.get(answer.id()), answer.pid(), answer.unit(), null);
        } else if (message instanceof Unclear unclear && unclear.asker().equals(id)) {
            note(inquiries.get(unclear.id()), unclear.pid(), null, unclear.why());
        }
    }

    private static void note(@Nullable Inquiry of, long pid, @Nullable Elsewhere unit, @Nullable String unclear) {
        if (of == null || !of.pids.contains(pid)) {
            return;
        }
        if (unit != null) {
            of.units.putIfAbsent(pid, unit);
        } else if (unclear != null) {
            of.unclear.putIfAbsent(pid, unclear);
        }
        if (of.pids.stream().allMatch(each -> of.units.containsKey(each) || of.unclear.containsKey(each))) {
            of.answered.complete(true);
        }
    }

    /**
     * What is to be answered about a process.
     *
     * @param precise whether it is known when that was
     * @return {@code null} if it is none of ours, or too much was asked
     */
    @Nullable
    FleetMessage answer(Question question, Scene scene, boolean precise) {
        Sighting seen = seen(scene, scene.pid(), scene.pid() == question.blocker());
        if (seen == null || answers.take() != 0) {
            return null;
        }
        if (!precise) {
            String why = instance + ": the server answers too slowly to tell when it was";
            return new Unclear(question.asker(), question.id(), scene.pid(), why);
        }
        RunningUnit unit = seen.certain();
        if (unit == null) {
            return new Unclear(question.asker(), question.id(), scene.pid(), instance + ": " + seen.why());
        }
        var elsewhere = new Elsewhere(instance, unit.name(), unit.site(), unit.thread(), unit.attempt());
        return new Answer(question.asker(), question.id(), scene.pid(), elsewhere);
    }

    /** Ends the thread that waits for answers, if there is one. Does not wait. */
    @Override
    public void close() {
        telling.shutdownNow();
    }
}
