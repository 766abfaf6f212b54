package io.dbops.routing.torture;

import io.dbops.Consistency;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.TokenException;
import io.dbops.routing.torture.Sessions.Subject;
import io.dbops.routing.torture.Table.Value;
import io.dbops.routing.torture.TokenPost.Letter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** One thread of a process: reads and writes registers, and notes what came of it. */
final class Client implements Runnable {

    private static final Set<TokenException.Reason> EXPECTED =
            Set.of(TokenException.Reason.WRITE_LOST, TokenException.Reason.NOT_REACHED);

    private final int process;
    private final Sessions sessions;
    private final HistoryFile history;
    private final TokenPost post;
    private final SplittableRandom random;
    private final AtomicBoolean stop;
    private final AtomicLong done;
    private long nextId;

    Client(
            int process,
            int thread,
            Sessions sessions,
            HistoryFile history,
            TokenPost post,
            SplittableRandom random,
            AtomicBoolean stop,
            AtomicLong done) {
        this.process = process;
        this.sessions = sessions;
        this.history = history;
        this.post = post;
        this.random = random;
        this.stop = stop;
        this.done = done;
        nextId = ((long) (process + 1) << 48) | ((long) thread << 40);
    }

    /** An operation while it runs. */
    private final class Attempt {
        private final Subject subject;
        private final Level level;
        private final @Nullable Letter letter;
        private final boolean scoped = random.nextInt(3) == 0;
        private final boolean transaction = random.nextInt(4) == 0;
        private final long id;
        private long start;
        private long sent;
        private String node = "";
        private boolean primary;
        private boolean inOutage;
        private boolean committing;
        private TokenException.@Nullable Reason refused;
        private boolean doubt;
        private Value value;

        private Attempt(Subject subject, Level level) {
            this(subject, level, null);
        }

        private Attempt(Subject subject, Level level, @Nullable Letter letter) {
            this.subject = subject;
            this.level = level;
            this.letter = letter;
            this.id = level.isRead() ? 0 : ++nextId;
            value = new Value(id, -1, -1, false);
        }

        private void run() {
            start = System.nanoTime();
            sent = start;
            Consistency consistency = consistency(level);
            try {
                if (letter != null) {
                    work(sessions.resumed(letter.text()));
                } else if (scoped && !sessions.isProcess(subject)) {
                    sessions.session(subject).call(() -> {
                        work(sessions.entered(consistency));
                        return null;
                    });
                } else {
                    work(sessions.handle(subject, consistency));
                }
                note(Outcome.OK, "");
            } catch (SQLException e) {
                note(level.isRead() ? Outcome.FAILED : outcome(e), text(e));
                LockSupport.parkNanos(5_000_000);
            } catch (TokenException e) {
                // Its write was lost, or this process has not seen the failover after which it was issued.
                refused = e.reason();
            } catch (Exception e) {
                note(level.isRead() ? Outcome.FAILED : Outcome.UNKNOWN, "!" + e);
                LockSupport.parkNanos(5_000_000);
            }
        }

        private void work(DataSource dataSource) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                connection.setReadOnly(level.isRead());
                if (transaction) {
                    connection.setAutoCommit(false);
                    workInTransaction(connection);
                } else {
                    sent = level.isRead() ? sent : System.nanoTime();
                    value = once(connection);
                }
                note(connection.unwrap(RoutingDecision.class));
            }
        }

        private void workInTransaction(Connection connection) throws SQLException {
            value = once(connection);
            if (level.isRead()) {
                if (random.nextBoolean()) {
                    // Of the same transaction, so it need not see more, but may not see less.
                    value = once(connection);
                }
                connection.commit();
                return;
            }
            // Until here nothing can have been committed.
            if (random.nextInt(24) == 0) {
                LockSupport.parkNanos(random.nextLong(800_000_000));
            }
            committing = true;
            sent = System.nanoTime();
            connection.commit();
        }

        private Value once(Connection connection) throws SQLException {
            return level.isRead() ? Table.read(connection, subject.key()) : Table.write(connection, subject.key(), id);
        }

        private void note(RoutingDecision decision) {
            node = decision.node();
            primary = !decision.reason().isReplica();
            inOutage = decision.reason() == Reason.PRIMARY_UNREACHABLE;
        }

        /** What a writer can conclude: unknown, unless it is certain. */
        private Outcome outcome(SQLException error) {
            if (transaction && !committing) {
                return Outcome.FAILED;
            }
            String state = error.getSQLState();
            String message = String.valueOf(error.getMessage());
            boolean unsent = error instanceof io.dbops.NoEligibleNodeException
                    || message.contains("Connection is not available, request timed out");
            boolean refused =
                    state != null && !state.startsWith("08") && !state.startsWith("57") && !state.equals("25P03");
            return unsent || refused ? Outcome.FAILED : Outcome.UNKNOWN;
        }

        private void note(Outcome outcome, String error) {
            long end = System.nanoTime();
            doubt = outcome == Outcome.UNKNOWN;
            String how =
                    (letter != null ? "token" : sessions.isProcess(subject) ? "process" : scoped ? "scope" : "handle")
                            + (transaction ? " transaction" : " autocommit");
            var op = new Op(
                    process,
                    letter == null ? sessions.id(subject) : letter.session(),
                    level,
                    how,
                    subject.key(),
                    start,
                    sent,
                    end,
                    letter == null ? start : letter.asOf(),
                    inOutage ? Math.max(bound(level), Worker.IN_OUTAGE.toNanos()) : bound(level),
                    node,
                    primary,
                    value.standby(),
                    outcome,
                    value.id(),
                    outcome == Outcome.OK ? value.version() : -1,
                    outcome == Outcome.OK ? value.previous() : -1,
                    error);
            try {
                history.add(op);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Consistency consistency(Level level) {
        return switch (level) {
            case EVENTUAL -> Consistency.eventual();
            case BOUNDED -> Consistency.bounded(Sessions.BOUND);
            case MONOTONIC -> Consistency.monotonic();
            case STRONG -> Consistency.strong();
            default -> Consistency.session();
        };
    }

    private static long bound(Level level) {
        return switch (level) {
            case EVENTUAL -> Long.MAX_VALUE / 4;
            case BOUNDED -> Sessions.BOUND.toNanos();
            case STRONG -> 0;
            default -> Worker.BOUND.toNanos();
        };
    }

    private static String text(SQLException error) {
        String message = String.valueOf(error.getMessage()).replaceAll("[0-9]+", "#");
        return error.getClass().getSimpleName() + " " + error.getSQLState() + " "
                + message.substring(0, Math.min(40, message.length()));
    }

    @Override
    public void run() {
        while (!stop.get()) {
            if (random.nextInt(5) == 0) {
                write();
            } else {
                read();
            }
            done.incrementAndGet();
            if (random.nextInt(3) == 0) {
                LockSupport.parkNanos(random.nextLong(5_000_000));
            }
        }
    }

    private Subject ofWhat() {
        return switch (random.nextInt(8)) {
            case 0 -> sessions.doubted(random);
            case 1, 2, 3, 4 -> sessions.recent(random);
            default -> sessions.any(random);
        };
    }

    private void write() {
        Subject subject = sessions.any(random);
        var write = new Attempt(subject, Level.WRITE);
        write.run();
        sessions.wrote(subject, write.doubt, random);
        if (!write.doubt && !sessions.isProcess(subject) && random.nextInt(8) == 0) {
            leaveToken(subject);
        }
    }

    private void leaveToken(Subject subject) {
        long asOf = System.nanoTime();
        try {
            String text = sessions.token(subject);
            post.leave(new Letter(sessions.id(subject), subject.key(), asOf, text), random);
        } catch (SQLException e) {
            // There is no primary now, so there is no token.
            LockSupport.parkNanos(5_000_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try {
            Letter letter = random.nextInt(12) == 0 ? post.any(random) : null;
            if (letter == null) {
                new Attempt(ofWhat(), level()).run();
            } else {
                var attempt = new Attempt(new Subject(0, letter.key()), Level.SESSION, letter);
                attempt.run();
                if (attempt.refused != null && !EXPECTED.contains(attempt.refused)) {
                    throw new IllegalStateException("a token was refused: " + attempt.refused);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Which reads there are, in per cent.
     */
    private Level level() {
        int draw = random.nextInt(100);
        if (draw < 35) {
            return Level.SESSION;
        }
        if (draw < 55) {
            return Level.MONOTONIC;
        }
        if (draw < 80) {
            return Level.BOUNDED;
        }
        return draw < 90 ? Level.EVENTUAL : Level.STRONG;
    }
}
