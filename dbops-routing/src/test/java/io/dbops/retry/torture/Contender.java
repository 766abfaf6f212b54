package io.dbops.retry.torture;

import io.dbops.retry.Retries;
import io.dbops.retry.RetryEvent;
import io.dbops.routing.RoutedDataSource;
import io.dbops.tx.CommitOutcome;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.EnclosingTransaction;
import io.dbops.tx.SqlAction;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;

/** A way to run units of work while everything fails. All of them work on the same servers, at the same time. */
abstract class Contender {

    /** What a client takes from the end of a unit. */
    enum Fate {
        /** It was done, once. */
        ACKNOWLEDGED,
        /** It was done, and a failover may lose it. */
        ACKNOWLEDGED_UNREPLICATED,
        /** It was not done. */
        FAILED,
        /** It may have been done, once. */
        UNKNOWN
    }

    final int number;
    final String name;

    /** What was found out about commits without an answer. */
    final Map<String, LongAdder> resolved = new ConcurrentHashMap<>();

    /** What units failed of in the end. */
    final Map<String, LongAdder> failures = new ConcurrentHashMap<>();

    private Contender(int number, String name) {
        this.number = number;
        this.name = name;
    }

    abstract Fate run(SqlAction<SQLException> work);

    private static void count(Map<String, LongAdder> counts, String what) {
        counts.computeIfAbsent(what, key -> new LongAdder()).increment();
    }

    final void failed(SQLException failure) {
        count(failures, failure.getClass().getSimpleName() + " " + failure.getSQLState());
    }

    @Override
    public final String toString() {
        return name;
    }

    /** Runs a unit again after any error, as if nothing could have been done. */
    static final class Naive extends Contender {

        private static final int ATTEMPTS = 20;

        private final RoutedDataSource routed;

        Naive(int number, RoutedDataSource routed) {
            super(number, "naive");
            this.routed = routed;
        }

        @Override
        Fate run(SqlAction<SQLException> work) {
            for (int i = 0; i < ATTEMPTS; i++) {
                try (Connection connection = routed.getConnection()) {
                    connection.setAutoCommit(false);
                    work.accept(connection);
                    connection.commit();
                    return Fate.ACKNOWLEDGED;
                } catch (SQLException e) {
                    failed(e);
                }
            }
            return Fate.UNKNOWN;
        }
    }

    /** Runs units as {@link Retries} do. */
    static final class Retried extends Contender {

        private final Transactions transactions;

        /** Of the unit that the thread runs: whether its commit counts though no standby had it. */
        private final ThreadLocal<Boolean> unreplicated = ThreadLocal.withInitial(() -> false);

        Retried(int number, String name, RoutedDataSource routed, UnaryOperator<Retries> custom) {
            super(number, name);
            Retries retries = custom.apply(Retries.attempts(12).listener(this::on));
            transactions = Transactions.over(routed, retries.open(name, null), EnclosingTransaction.NONE)
                    .named(name);
        }

        private void on(RetryEvent event) {
            if (event instanceof RetryEvent.Resolved found) {
                count(resolved, found.outcome().getClass().getSimpleName());
                unreplicated.set(found.outcome() instanceof CommitOutcome.CommittedNotReplicated);
            } else if (event instanceof RetryEvent.NotReplicated) {
                count(resolved, "NotReplicated");
                unreplicated.set(true);
            }
        }

        @Override
        Fate run(SqlAction<SQLException> work) {
            unreplicated.set(false);
            try {
                transactions.write(connection -> {
                    work.accept(connection);
                    return true;
                });
                return unreplicated.get() ? Fate.ACKNOWLEDGED_UNREPLICATED : Fate.ACKNOWLEDGED;
            } catch (CommitOutcomeUnknownException e) {
                failed(e);
                return Fate.UNKNOWN;
            } catch (SQLException e) {
                failed(e);
                return Fate.FAILED;
            }
        }
    }
}
