package io.dbops.retry;

import static io.dbops.retry.Accounts.execute;
import static io.dbops.retry.Accounts.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.Recovery;
import io.dbops.retry.RetryEvent.GivenUp;
import io.dbops.retry.RetryEvent.Limit;
import io.dbops.retry.RetryEvent.Resolved;
import io.dbops.retry.RetryEvent.Retried;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.Isolation;
import io.dbops.tx.SwallowedErrorException;
import io.dbops.tx.Transactions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Units of work over HikariCP and a real server that refuses them in every way that matters. */
@DbOpsCluster(replicas = 0, settings = "deadlock_timeout=50ms")
class RetriesTest {

    private final Accounts accounts;
    private final List<RetryEvent> events = new ArrayList<>();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger answersLost = new AtomicInteger();

    RetriesTest(EmbeddedCluster cluster) {
        accounts = new Accounts(cluster);
    }

    @BeforeEach
    void createAccounts() throws SQLException {
        accounts.create();
    }

    @AfterEach
    void closePool() {
        accounts.close();
    }

    private static Retries retries() {
        return Retries.attempts(4);
    }

    private Transactions transactions() {
        return retries().listener(events::add).over(accounts.pool);
    }

    /** Fails so often in the same way: somebody else changes the row that the unit's snapshot has seen. */
    private int addUnderConflict(Connection connection, int conflicts) throws SQLException {
        int before = number(connection, "select amount from account where id = 1");
        if (runs.incrementAndGet() <= conflicts) {
            accounts.outside("update account set amount = amount + 10 where id = 1");
        }
        execute(connection, "update account set amount = " + (before + 1) + " where id = 1");
        return before + 1;
    }

    @Test
    void aSerializationFailureIsRunAgainWithAllThatItRead() throws Exception {
        int result = transactions().isolated(Isolation.REPEATABLE_READ).write(c -> addUnderConflict(c, 2));

        assertThat(runs).hasValue(3);
        assertThat(result).isEqualTo(121);
        assertThat(accounts.amount(1)).isEqualTo(121);
        assertThat(events)
                .hasSize(2)
                .allSatisfy(event -> assertThat(event).isInstanceOfSatisfying(Retried.class, retried -> {
                    assertThat(retried.diagnosis().errorClass()).isEqualTo(ErrorClass.CONFLICT);
                    assertThat(retried.delay()).isPositive();
                }));
    }

    @Test
    void bothSidesOfADeadlockGetThrough() throws Exception {
        var meeting = new CyclicBarrier(2);
        CompletableFuture<?> other = CompletableFuture.runAsync(() -> transfer(2, 1, meeting));
        transfer(1, 2, meeting);
        other.get(20, TimeUnit.SECONDS);

        assertThat(runs.get()).isGreaterThanOrEqualTo(3);
        assertThat(accounts.amount(1) + accounts.amount(2)).isEqualTo(200);
        assertThat(events)
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                Retried.class,
                                retried -> assertThat(
                                                retried.diagnosis().error().getSQLState())
                                        .isEqualTo("40P01")));
    }

    private void transfer(int from, int to, CyclicBarrier meeting) {
        try {
            transactions().named("transfer").run(connection -> {
                execute(connection, "update account set amount = amount - 1 where id = " + from);
                if (runs.incrementAndGet() <= 2) {
                    meeting.await(20, TimeUnit.SECONDS);
                }
                execute(connection, "update account set amount = amount + 1 where id = " + to);
            });
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aConnectionThatIsLostBeforeTheCommitIsReplaced() throws Exception {
        transactions().run(connection -> {
            execute(connection, "update account set amount = amount + 1 where id = 1");
            if (runs.incrementAndGet() == 1) {
                accounts.outside("select pg_terminate_backend(" + number(connection, "select pg_backend_pid()") + ")");
            }
            execute(connection, "update account set amount = amount + 1 where id = 2");
        });

        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(1)).isEqualTo(101);
        assertThat(accounts.amount(2)).isEqualTo(101);
    }

    /** Whoever adds a row to it is disconnected by the server in answer to COMMIT, as often as a sequence says. */
    private void createTrapAtCommit() throws SQLException {
        accounts.outside("drop table if exists trap");
        accounts.outside("create table trap (n int)");
        accounts.outside("""
                create or replace function spring() returns trigger language plpgsql as $$
                begin
                  perform pg_terminate_backend(pg_backend_pid());
                  return null;
                end $$""");
        accounts.outside("create constraint trigger trap after insert on trap deferrable initially deferred"
                + " for each row when (new.n = 1) execute function spring()");
    }

    @Test
    void aCommitOfUnknownOutcomeIsNotRunAgain() throws Exception {
        createTrapAtCommit();
        Throwable thrown = catchThrowable(() -> transactions()
                .named("trapped")
                .write(connection -> execute(connection, "insert into trap values (" + runs.incrementAndGet() + ")")));

        assertThat(runs).hasValue(1);
        assertThat(thrown)
                .isInstanceOf(CommitOutcomeUnknownException.class)
                .hasMessageContaining("unit of work \"trapped\"")
                .hasCauseInstanceOf(SQLException.class);
        assertThat(((SQLException) thrown).getSQLState()).isEqualTo("08007");
        assertThat(events).singleElement().isInstanceOfSatisfying(Resolved.class, resolved -> {
            assertThat(resolved.outcome()).isInstanceOf(CommitOutcome.Unknown.class);
            assertThat(resolved.diagnosis().recovery()).isEqualTo(Recovery.OUTCOME_UNKNOWN);
        });
    }

    @Test
    void whatMayBeDoneTwiceIsRunAgainAfterACommitOfUnknownOutcome() throws Exception {
        createTrapAtCommit();
        transactions()
                .idempotent()
                .write(connection -> execute(connection, "insert into trap values (" + runs.incrementAndGet() + ")"));

        assertThat(runs).hasValue(2);
        assertThat(transactions().<Integer, RuntimeException>read(c -> number(c, "select max(n) from trap")))
                .isEqualTo(2);
    }

    @Test
    void rule30_aCommitWithoutAnAnswerIsLookedUpAndRunAgainWhenItDidNotHappen() throws Exception {
        createTrapAtCommit();
        CommitMarkers markers = CommitMarkers.standard();
        markers.create(accounts.pool);
        Transactions transactions =
                retries().proving(markers).listener(events::add).over(accounts.pool);
        transactions.write(
                connection -> execute(connection, "insert into trap values (" + runs.incrementAndGet() + ")"));

        assertThat(runs).hasValue(2);
        assertThat(transactions.<Integer, RuntimeException>read(c -> number(c, "select sum(n) from trap")))
                .isEqualTo(2);
        assertThat(events)
                .anySatisfy(event -> assertThat(event)
                        .isInstanceOfSatisfying(
                                Resolved.class,
                                resolved ->
                                        assertThat(resolved.outcome()).isInstanceOf(CommitOutcome.RolledBack.class)));
    }

    /** The answer is lost after the server has committed: the client's socket is cut while it waits for it. */
    @Test
    void rule30_aCommitWithoutAnAnswerIsLookedUpAndNotRunAgainWhenItHappened() throws Exception {
        CommitMarkers markers = CommitMarkers.standard();
        markers.create(accounts.pool);
        Transactions transactions = Transactions.over(
                Leading.to(() -> losingTheAnswer(accounts.pool.getConnection())),
                retries().proving(markers).listener(events::add).open("test", null),
                EnclosingTransaction.NONE);
        int result = transactions.write(connection -> {
            execute(connection, "update account set amount = amount + 1 where id = 1");
            return runs.incrementAndGet();
        });

        assertThat(result).isEqualTo(1);
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(101);
        assertThat(events)
                .singleElement()
                .isInstanceOfSatisfying(
                        Resolved.class,
                        resolved -> assertThat(resolved.outcome().isCommitted()).isTrue());
    }

    /** A connection whose first commit of all happens, and ends as if its answer had not come. */
    private Connection losingTheAnswer(Connection connection) {
        return Calls.of(connection, (name, result) -> {
            if (name.equals("commit") && answersLost.getAndIncrement() == 0) {
                throw new SQLException("the answer is lost", "08006");
            }
        });
    }

    @Test
    void aConstraintThatIsCheckedAtTheCommitIsADefiniteRefusal() throws Exception {
        accounts.outside("update account set amount = id");
        accounts.outside("alter table account add constraint once unique (amount) deferrable initially deferred");
        assertThatThrownBy(() -> transactions().run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, "update account set amount = 7");
                }))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
        assertThat(runs).hasValue(1);
        assertThat(events).isEmpty();
    }

    @Test
    void whatWouldFailAgainIsNotRunAgain() {
        assertThatThrownBy(() -> transactions().run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, "insert into account values (1, 0)");
                }))
                .isInstanceOfSatisfying(SQLException.class, e -> {
                    assertThat(e.getSQLState()).isEqualTo("23505");
                    assertThat(e.getSuppressed()).isEmpty();
                });
        assertThat(runs).hasValue(1);
    }

    @Test
    void theCallersOwnExceptionPassesAsItIs() throws Exception {
        var mine = new IOException("mine");
        assertThatThrownBy(() -> transactions().run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, "update account set amount = 0");
                    throw mine;
                }))
                .isSameAs(mine);
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void aConflictInsideTheCallersOwnExceptionIsAConflict() throws Exception {
        transactions().isolated(Isolation.REPEATABLE_READ).run(connection -> {
            try {
                addUnderConflict(connection, 1);
            } catch (SQLException e) {
                throw new IllegalStateException("as a framework does", e);
            }
        });
        assertThat(runs).hasValue(2);
    }

    @Test
    void theLastFailureIsThrownWithTheOthersSuppressed() {
        Throwable thrown = catchThrowable(
                () -> transactions().isolated(Isolation.REPEATABLE_READ).write(c -> addUnderConflict(c, 100)));

        assertThat(runs).hasValue(4);
        assertThat(thrown).isInstanceOf(SQLException.class);
        assertThat(thrown.getSuppressed()).hasSize(3).doesNotHaveDuplicates().doesNotContain(thrown);
        assertThat(events).hasSize(4);
        assertThat(events.get(3)).isInstanceOfSatisfying(GivenUp.class, up -> {
            assertThat(up.limit()).isEqualTo(Limit.ATTEMPTS);
            assertThat(up.attempts()).isEqualTo(4);
        });
    }

    @Test
    void anErrorThatWasCaughtAndThrownTwiceIsSuppressedOnceAndNeverByItself() {
        var same = new SQLException("always the same", "40001");
        Throwable thrown = catchThrowable(() -> transactions().run(connection -> {
            runs.incrementAndGet();
            throw same;
        }));

        assertThat(runs).hasValue(4);
        assertThat(thrown).isSameAs(same);
        assertThat(same.getSuppressed()).isEmpty();
    }

    @Test
    void oneAttemptMeansNone() {
        assertThatThrownBy(() -> Retries.attempts(1)
                        .over(accounts.pool)
                        .isolated(Isolation.REPEATABLE_READ)
                        .run(c -> addUnderConflict(c, 100)))
                .isInstanceOf(SQLException.class)
                .hasNoSuppressedExceptions();
        assertThat(runs).hasValue(1);
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() {
        Throwable thrown = catchThrowable(
                () -> transactions().isolated(Isolation.REPEATABLE_READ).run(connection -> {
                    Thread.currentThread().interrupt();
                    throw new SQLException("planted", "40001");
                }));
        assertThat(Thread.interrupted()).as("the interrupt flag").isTrue();
        assertThat(thrown).hasMessage("planted").hasNoSuppressedExceptions();
        assertThat(events)
                .last()
                .isInstanceOfSatisfying(
                        GivenUp.class, up -> assertThat(up.limit()).isEqualTo(Limit.INTERRUPT));
    }

    @Test
    void aUnitsOwnTimeoutCutsAStatementOff() {
        long start = System.nanoTime();
        assertThatThrownBy(() -> transactions()
                        .within(Duration.ofMillis(300))
                        .run(connection -> number(connection, "select 1 from pg_sleep(30)")))
                .isInstanceOf(SQLException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aRetryThatCouldNotBeInTimeIsNotMade() {
        var clock = new FakeClock();
        var runner = new RetryRunner(
                RetryOptions.of(4).with(Duration.ofSeconds(1)).with(events::add), RetryMeters.NONE, clock, () -> 0.5);
        Transactions transactions = Transactions.over(accounts.pool, runner, EnclosingTransaction.NONE);

        assertThatThrownBy(() -> transactions.run(connection -> {
                    runs.incrementAndGet();
                    clock.advance(Duration.ofMillis(600).toNanos());
                    throw new SQLException("planted", "40001");
                }))
                .hasMessage("planted");
        assertThat(runs).hasValue(2);
        assertThat(events)
                .last()
                .isInstanceOfSatisfying(
                        GivenUp.class, up -> assertThat(up.limit()).isEqualTo(Limit.DEADLINE));
    }

    @Test
    void aDatabaseThatFailsEverythingIsSoonLeftAlone() {
        var runner = new RetryRunner(
                RetryOptions.of(4).spending(5, 0.5).with(events::add), RetryMeters.NONE, new FakeClock(), () -> 0.5);
        Transactions transactions = Transactions.over(accounts.pool, runner, EnclosingTransaction.NONE);
        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> transactions.run(connection -> {
                        runs.incrementAndGet();
                        throw new SQLException("planted", "08006");
                    }))
                    .hasMessage("planted");
        }
        assertThat(runs).as("units and retries").hasValue(10 + 5);
        assertThat(events)
                .last()
                .isInstanceOfSatisfying(
                        GivenUp.class, up -> assertThat(up.limit()).isEqualTo(Limit.BUDGET));
    }

    @Test
    void rule35_aUnitInsideAUnitIsAPartOfItAndOnlyTheWholeIsRunAgain() throws Exception {
        Transactions transactions = transactions();
        var outer = new AtomicInteger();
        transactions.isolated(Isolation.REPEATABLE_READ).run(connection -> {
            outer.incrementAndGet();
            execute(connection, "update account set amount = amount + 5 where id = 2");
            int inner = transactions.write(joined -> {
                assertThat(joined).isSameAs(connection);
                return addUnderConflict(joined, 1);
            });
            assertThat(inner).isPositive();
        });
        assertThat(outer).hasValue(2);
        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(1)).isEqualTo(111);
        assertThat(accounts.amount(2)).isEqualTo(105);
    }

    @Test
    void rule35_whatFailedInsideIsNotCommittedOutside() throws Exception {
        Transactions transactions = transactions();
        Throwable thrown = catchThrowable(() -> transactions.run(connection -> {
            runs.incrementAndGet();
            execute(connection, "update account set amount = 0 where id = 1");
            try {
                transactions.run(joined -> {
                    throw new IOException("half done");
                });
            } catch (IOException e) {
                // Swallowed.
            }
        }));
        assertThat(thrown).isInstanceOf(SwallowedErrorException.class).hasCauseInstanceOf(IOException.class);
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void rule35_insideSomebodysTransactionAUnitJoinsOrRefuses() throws Exception {
        try (Connection theirs = accounts.pool.getConnection()) {
            theirs.setAutoCommit(false);
            Transactions transactions =
                    Transactions.over(accounts.pool, Retries.attempts(4).open("test", null), dataSource -> theirs);
            transactions.run(connection -> {
                assertThat(connection).isSameAs(theirs);
                execute(connection, "update account set amount = 1 where id = 1");
            });
            assertThatThrownBy(() -> transactions.run(connection -> {
                        runs.incrementAndGet();
                        throw new SQLException("planted", "40001");
                    }))
                    .hasMessage("planted");
            assertThat(runs).as("it is not ours to run again").hasValue(1);
            assertThatThrownBy(() -> transactions.outermost().run(connection -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("inside another transaction");
            theirs.rollback();
        }
        assertThat(accounts.amount(1)).as("not committed by us").isEqualTo(100);
    }

    @Test
    void anErrorThatWasCaughtIsNotFollowedByACommitThatDoesNothing() throws Exception {
        Throwable thrown = catchThrowable(() -> transactions().run(connection -> {
            runs.incrementAndGet();
            execute(connection, "update account set amount = 0 where id = 1");
            assertThatThrownBy(() -> execute(connection, "insert into account values (1, 1)"))
                    .isInstanceOf(SQLException.class);
        }));
        assertThat(thrown).isInstanceOf(SwallowedErrorException.class);
        assertThat(((SQLException) thrown.getCause()).getSQLState()).isEqualTo("23505");
        assertThat(runs).hasValue(1);
        assertThat(accounts.amount(1)).isEqualTo(100);
    }

    @Test
    void aConflictThatWasCaughtIsStillAConflict() throws Exception {
        transactions().isolated(Isolation.REPEATABLE_READ).run(connection -> {
            try {
                addUnderConflict(connection, 1);
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("40001");
            }
        });
        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(1)).isEqualTo(111);
    }

    @Test
    void whatOnlySaysThatThereWasAnErrorIsJudgedByThatOne() throws Exception {
        transactions().isolated(Isolation.REPEATABLE_READ).run(connection -> {
            try {
                addUnderConflict(connection, 1);
            } catch (SQLException e) {
                execute(connection, "update account set amount = 5 where id = 2");
            }
        });
        assertThat(runs).hasValue(2);
    }

    @Test
    void anErrorOfTheDriverAloneSpoilsNothing() throws Exception {
        transactions().run(connection -> {
            execute(connection, "update account set amount = 5 where id = 2");
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select 1")) {
                assertThatThrownBy(() -> row.getInt("no such column")).isInstanceOf(SQLException.class);
            }
        });
        assertThat(accounts.amount(2)).isEqualTo(5);
    }

    @Test
    void whatDoesNotFitTheOuterUnitIsRefused() throws Exception {
        Transactions transactions = transactions();
        assertThatThrownBy(() -> transactions.read(c -> transactions.write(joined -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("writes, but is inside a transaction that only reads");
        assertThatThrownBy(() -> transactions.write(
                        c -> transactions.isolated(Isolation.SERIALIZABLE).write(joined -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SERIALIZABLE");
        assertThat(transactions.<Integer, RuntimeException>write(
                        c -> transactions.read(joined -> number(joined, "select 3"))))
                .isEqualTo(3);
    }

    @Test
    void ofAPartThatThrowsNothingStaysAndTheUnitGoesOn() throws Exception {
        Transactions transactions = transactions();
        transactions.run(connection -> {
            execute(connection, "update account set amount = 1 where id = 1");
            assertThatThrownBy(() -> transactions.savepoint(connection, part -> {
                        execute(part, "update account set amount = 2 where id = 2");
                        return execute(part, "insert into account values (1, 1)");
                    }))
                    .isInstanceOf(SQLException.class);
        });
        assertThat(accounts.amount(1)).isEqualTo(1);
        assertThat(accounts.amount(2)).isEqualTo(100);
    }

    @Test
    void whatOnlyTheCallerKnowsToPassIsRunAgainOnRequest() throws Exception {
        Transactions transactions =
                retries().alsoAfter(ErrorClass.DUPLICATE).listener(events::add).over(accounts.pool);
        transactions.run(connection ->
                execute(connection, "insert into account values (" + (runs.incrementAndGet() + 1) + ", 0)"));
        assertThat(runs).hasValue(2);
        assertThat(accounts.amount(3)).isZero();
    }

    @Test
    void anotherConstraintThanATakenKeyIsNotRunAgainOnThatRequest() throws Exception {
        Transactions transactions =
                retries().alsoAfter(ErrorClass.DUPLICATE).listener(events::add).over(accounts.pool);
        assertThatThrownBy(() -> transactions.run(connection -> {
                    runs.incrementAndGet();
                    execute(connection, "insert into account values (3, null)");
                }))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23502"));
        assertThat(runs).hasValue(1);
        assertThatThrownBy(() -> Retries.attempts(3).alsoAfter(ErrorClass.CONSTRAINT))
                .hasMessageContaining("alsoAfter (CONSTRAINT): must be one of");
    }

    @Test
    void meters() throws Exception {
        var registry = new SimpleMeterRegistry();
        Transactions transactions =
                Transactions.over(accounts.pool, retries().open("app", registry), EnclosingTransaction.NONE);
        Transactions adding = transactions.named("adding").isolated(Isolation.REPEATABLE_READ);
        adding.run(c -> addUnderConflict(c, 2));
        transactions.named("reading").<Integer, RuntimeException>read(c -> 1);
        assertThatThrownBy(() -> transactions.run(c -> execute(c, "nonsense"))).isInstanceOf(SQLException.class);

        assertThat(registry.get("dbops.transactions")
                        .tags("db", "app", "name", "adding", "outcome", "committed")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("dbops.transactions.retries")
                        .tags("name", "adding", "error", "conflict")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("dbops.transactions")
                        .tags("name", "unnamed", "outcome", "failed")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aListenerThatThrowsChangesNothing() throws Exception {
        retries()
                .listener(event -> {
                    throw new IllegalStateException("planted");
                })
                .over(accounts.pool)
                .isolated(Isolation.REPEATABLE_READ)
                .run(c -> addUnderConflict(c, 1));
        assertThat(runs).hasValue(2);
    }

    @Test
    void badInputIsRefusedWithWhatWouldDo() {
        assertThatThrownBy(() -> Retries.attempts(101)).hasMessageContaining("attempts (101)");
        assertThatThrownBy(() -> Retries.attempts(3).deadline(Duration.ofSeconds(-1)))
                .hasMessageContaining("deadline");
        assertThatThrownBy(() -> Retries.attempts(3).backingOff(Duration.ZERO, Duration.ofMillis(1)))
                .hasMessageContaining("backingOff (PT0S, PT0.001S)");
        assertThatThrownBy(() -> Retries.attempts(3).backingOff(Duration.ofMillis(2), Duration.ofMillis(1)))
                .hasMessageContaining("backingOff");
        assertThatThrownBy(() -> Retries.attempts(3).spending(0, 0.1)).hasMessageContaining("spending (0, 0.1)");
        assertThatThrownBy(() -> Retries.attempts(3).spending(1, Double.NaN)).hasMessageContaining("spending");
        assertThatThrownBy(() -> Retries.attempts(3).alsoAfter(ErrorClass.CREDENTIALS_REFUSED))
                .hasMessageContaining("alsoAfter (CREDENTIALS_REFUSED): must be one of");
        assertThatThrownBy(() -> transactions().named(" ")).hasMessageContaining("name (\" \"): must not be blank");
        assertThatThrownBy(() -> transactions().within(Duration.ZERO)).hasMessageContaining("timeout (PT0S)");
    }
}
