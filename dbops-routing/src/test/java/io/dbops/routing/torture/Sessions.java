package io.dbops.routing.torture;

import io.dbops.Consistency;
import io.dbops.Session;
import io.dbops.TokenFormat;
import io.dbops.routing.RoutedDataSource;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;
import javax.sql.DataSource;

/** The sessions of one process, and what was written in them lately. Thread-safe. */
final class Sessions {

    /** Shorter than the router's own bound. */
    static final Duration BOUND = Duration.ofSeconds(1);

    private static final TokenFormat FORMAT =
            TokenFormat.signed("of all processes".getBytes(StandardCharsets.US_ASCII));

    private static final int COUNT = 40;
    private static final int OF_PROCESS = 999;
    private static final int LATELY = 16;
    private static final int DOUBTED = 8;

    private final int process;
    private final RoutedDataSource routed;
    private final List<Session> sessions;
    private final AtomicLongArray written = new AtomicLongArray(LATELY);
    private final AtomicLongArray doubted = new AtomicLongArray(DOUBTED);

    Sessions(int process, RoutedDataSource routed) {
        this.process = process;
        this.routed = routed;
        sessions = IntStream.range(0, COUNT)
                .mapToObj(i -> i % 4 == 0 ? routed.sessionFor("key " + i) : routed.session())
                .toList();
    }

    /** Who does something, and to what. */
    record Subject(int session, int key) {}

    /** Now and then the process-wide session, which is the only one without a handle. */
    Subject any(SplittableRandom random) {
        int session = random.nextInt(8) == 0 ? OF_PROCESS : random.nextInt(COUNT);
        return new Subject(session, random.nextInt(Table.KEYS));
    }

    /** What somebody has just written, so that reading it is worth something. */
    Subject recent(SplittableRandom random) {
        return unpack(written.get(random.nextInt(LATELY)), random);
    }

    /** What somebody has tried to write and does not know of. */
    Subject doubted(SplittableRandom random) {
        return unpack(doubted.get(random.nextInt(DOUBTED)), random);
    }

    void wrote(Subject subject, boolean doubt, SplittableRandom random) {
        (doubt ? doubted : written).set(random.nextInt(doubt ? DOUBTED : LATELY), pack(subject));
    }

    private static long pack(Subject subject) {
        return ((long) subject.session << 16) | (subject.key + 1);
    }

    private Subject unpack(long packed, SplittableRandom random) {
        return packed == 0 ? any(random) : new Subject((int) (packed >> 16), (int) (packed & 0xffff) - 1);
    }

    long id(Subject subject) {
        return process * 1000L + subject.session;
    }

    boolean isProcess(Subject subject) {
        return subject.session == OF_PROCESS;
    }

    Session session(Subject subject) {
        return sessions.get(subject.session);
    }

    /** Connections of the session through its handle. */
    DataSource handle(Subject subject, Consistency consistency) {
        return isProcess(subject)
                ? routed.dataSource(consistency)
                : session(subject).dataSource(consistency);
    }

    /** The token of a session with a handle, as text. */
    String token(Subject subject) throws SQLException {
        return FORMAT.text(session(subject).token());
    }

    /** Connections of a session that begins where a token ends. */
    DataSource resumed(String token) {
        return routed.resume(FORMAT.parse(token)).dataSource();
    }

    /** Connections of whatever session the thread has entered. */
    DataSource entered(Consistency consistency) {
        return routed.dataSource(consistency);
    }
}
