package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.ClusterEvent;
import io.dbops.ClusterEvent.NodeBack;
import io.dbops.ClusterEvent.NodeLost;
import io.dbops.ClusterEvent.PrimaryFollowed;
import io.dbops.ClusterEvent.PrimaryLost;
import io.dbops.ClusterEvent.SeveralServers;
import io.dbops.ClusterEvent.WritableIgnored;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is written and told of changes, and how often. */
class TellerTest {

    private static final Duration A_WHILE = Duration.ofSeconds(5);
    private static final Duration MORE_THAN_QUIET = Duration.ofSeconds(61);

    private static final NodeLost LOST = new NodeLost("db-2", "it does not answer");
    private static final NodeBack BACK = new NodeBack("db-2");
    private static final String LOST_LINE =
            "WARN Node db-2 cannot be watched: it does not answer; no read goes there until it can";
    private static final String BACK_LINE = "INFO Node db-2 is watched again";

    private final EventLines lines = new EventLines();
    private final HandClock clock = new HandClock();
    private final List<ClusterEvent> heard = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<ClusterEvent> concluded = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Teller teller = new Teller(heard::add, concluded::poll, clock);

    @AfterEach
    void close() {
        lines.close();
        threads.shutdownNow();
    }

    @Test
    void aChangeIsOneLineAndItsRecoveryAnother() {
        teller.tell(LOST);
        clock.pass(A_WHILE);
        teller.tell(BACK);
        assertThat(lines.all()).containsExactly(LOST_LINE, BACK_LINE);
        assertThat(heard).containsExactly(LOST, BACK);
    }

    @Test
    void nothingIsWrittenAgainWhileNothingChanges() {
        teller.tell(LOST);
        for (int i = 0; i < 10; i++) {
            clock.pass(MORE_THAN_QUIET);
            teller.tellNews();
        }
        assertThat(lines.all()).containsExactly(LOST_LINE);
    }

    @Test
    void whatComesAndGoesIsWrittenOnceAMinuteAndTheLastLineIsTrue() {
        for (int i = 0; i < 5; i++) {
            teller.tell(LOST);
            clock.pass(A_WHILE);
            teller.tell(BACK);
            clock.pass(A_WHILE);
        }
        teller.tell(LOST);
        assertThat(lines.all()).as("so far").containsExactly(LOST_LINE, BACK_LINE);
        assertThat(heard).as("the listener hears all").hasSize(11);
        clock.pass(MORE_THAN_QUIET);
        teller.tellNews();
        teller.tellNews();
        assertThat(lines.all()).containsExactly(LOST_LINE, BACK_LINE, LOST_LINE);
    }

    @Test
    void whatHasEndedAsItsLastLineSaysIsNotWrittenAgain() {
        teller.tell(LOST);
        teller.tell(BACK);
        teller.tell(LOST);
        teller.tell(BACK);
        clock.pass(MORE_THAN_QUIET);
        teller.tellNews();
        assertThat(lines.all()).containsExactly(LOST_LINE, BACK_LINE);
    }

    @Test
    void whatConcernsThePrimaryIsAlwaysWritten() {
        for (int i = 0; i < 3; i++) {
            teller.tell(new PrimaryLost("db-1: it takes no writes any more"));
            teller.tell(new PrimaryFollowed("db-1", 1));
        }
        assertThat(lines.all()).hasSize(6).endsWith("INFO Node db-1 is the primary of epoch 1");
    }

    @Test
    void whatIsFoundWithEachConnectionIsToldOnceWhileItLasts() {
        for (int i = 0; i < 100; i++) {
            teller.tell(new SeveralServers("db-2"));
            clock.pass(A_WHILE);
        }
        assertThat(heard).hasSize(1);
        assertThat(lines.all()).hasSize(1);
        clock.pass(MORE_THAN_QUIET);
        teller.tell(new SeveralServers("db-2"));
        assertThat(heard).hasSize(2);
    }

    @Test
    void othersAreHeardAlthoughTheListenerThrows() {
        var failing = new Teller(
                event -> {
                    heard.add(event);
                    throw new AssertionError("planted");
                },
                concluded::poll,
                clock);
        failing.tell(LOST);
        failing.tell(BACK);
        assertThat(heard).containsExactly(LOST, BACK);
        assertThat(failing.told(NodeLost.class)).isOne();
    }

    @Test
    void aListenerThatIsSlowKeepsOneThreadAndHearsTheRestInOrder() throws Exception {
        var gate = new Gate();
        var slow = new Teller(
                event -> {
                    gate.pass();
                    heard.add(event);
                },
                concluded::poll,
                clock);
        gate.shut();
        CompletableFuture<Void> kept = CompletableFuture.runAsync(() -> slow.tell(LOST), threads);
        gate.awaitHeld();
        concluded.add(new PrimaryLost("one"));
        concluded.add(new PrimaryFollowed("db-3", 2));
        CompletableFuture.runAsync(() -> slow.tell(BACK), threads).get(20, TimeUnit.SECONDS);
        CompletableFuture.runAsync(slow::tellNews, threads).get(20, TimeUnit.SECONDS);
        assertThat(heard).isEmpty();
        gate.open();
        kept.get(20, TimeUnit.SECONDS);
        assertThat(heard).containsExactly(LOST, BACK, new PrimaryLost("one"), new PrimaryFollowed("db-3", 2));
    }

    @Test
    void eventsOfManyThreadsAreHeardOneByOneEachThreadsInOrder() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var strict = new Teller(
                event -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    heard.add(event);
                    inside.decrementAndGet();
                },
                concluded::poll,
                clock);
        var tellers = new ArrayList<CompletableFuture<Void>>();
        for (int t = 0; t < 4; t++) {
            String node = "db-" + t;
            tellers.add(CompletableFuture.runAsync(
                    () -> {
                        for (int i = 0; i < 500; i++) {
                            strict.tell(new PrimaryFollowed(node, i));
                        }
                    },
                    threads));
        }
        CompletableFuture.allOf(tellers.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);
        strict.tellNews();
        Queries.await("all are heard", () -> heard.size() == 2_000);
        assertThat(most).hasValue(1);
        for (int t = 0; t < 4; t++) {
            String node = "db-" + t;
            assertThat(heard.stream()
                            .map(PrimaryFollowed.class::cast)
                            .filter(event -> event.node().equals(node))
                            .map(PrimaryFollowed::epoch))
                    .isSorted();
        }
    }

    @Test
    void whatWasToldIsCountedByKind() {
        teller.tell(LOST);
        teller.tell(BACK);
        teller.tell(LOST);
        assertThat(teller.told(NodeLost.class)).isEqualTo(2);
        assertThat(teller.told(NodeBack.class)).isOne();
        assertThat(teller.told(WritableIgnored.class)).isZero();
    }
}
