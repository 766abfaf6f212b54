package io.dbops.samples;

import io.dbops.retry.Retries;
import io.dbops.retry.RetryEvent;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Two units of work lock two rows crosswise, and it is told who they were.
 *
 * <p>Arguments: user, password and the URL of a primary, for a role that may create tables.
 */
public final class ReportingDeadlocks {

    private ReportingDeadlocks() {}

    /**
     * Runs the sample.
     *
     * @param args user, password, URL
     * @throws SQLException if the database refuses
     */
    public static void main(String[] args) throws SQLException {
        var dataSource = new PGSimpleDataSource();
        dataSource.setURL(args[2]);
        dataSource.setUser(args[0]);
        dataSource.setPassword(args[1]);

        // tag::report
        Retries retries = Retries.attempts(8).listener(event -> {
            if (event instanceof RetryEvent.Deadlocked deadlocked) {
                System.out.println(deadlocked.report());
            }
        });
        // end::report
        Transactions transactions = retries.over(dataSource);
        transactions.run(connection -> execute(connection, "drop table if exists sample_account"));
        transactions.run(connection -> execute(connection, "create table sample_account (id int, amount int)"));
        transactions.run(connection -> execute(connection, "insert into sample_account values (1, 10), (2, 10)"));

        var meeting = new CyclicBarrier(2);
        var debit = CompletableFuture.runAsync(() -> update(transactions.named("debit"), 1, 2, meeting));
        update(transactions.named("credit"), 2, 1, meeting);
        debit.join();
    }

    private static void update(Transactions transactions, int first, int second, CyclicBarrier meeting) {
        var isFirst = new boolean[] {true};
        try {
            transactions.run(connection -> {
                execute(connection, "update sample_account set amount = amount + 1 where id = " + first);
                if (isFirst[0]) {
                    isFirst[0] = false;
                    meeting.await();
                }
                execute(connection, "update sample_account set amount = amount - 1 where id = " + second);
                // There is more to do: who has ended by the time that the other hears of the deadlock may not be named.
                execute(connection, "select pg_sleep(0.3)");
            });
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
