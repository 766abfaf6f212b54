package io.dbops.samples;

import io.dbops.retry.CommitMarkers;
import io.dbops.retry.Retries;
import io.dbops.tx.CommitOutcomeUnknownException;
import io.dbops.tx.Isolation;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Transactions that are run again when that helps, over a data source of an application without the facade.
 *
 * <p>Arguments: user, password and the URL of a primary, for a role that may create tables.
 */
public final class SurvivingTransactions {

    private SurvivingTransactions() {}

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
        CommitMarkers.standard().create(dataSource);

        // tag::over
        Transactions transactions = Retries.attempts(4)
                .proving(CommitMarkers.standard())
                .listener(event -> System.out.println(event.getClass().getSimpleName() + ": " + event.unit()))
                .over(dataSource);
        // end::over
        transactions.run(connection -> execute(connection, "create table if not exists sample_stock (n int)"));
        transactions.run(connection -> execute(connection, "truncate sample_stock"));
        transactions.run(connection -> execute(connection, "insert into sample_stock values (10)"));

        // tag::doors
        Transactions ordering = transactions
                .named("order") // in meters, and units of one name take turns after a conflict
                .keyed("a book") // those of another key do not
                .isolated(Isolation.REPEATABLE_READ)
                .within(Duration.ofSeconds(5)); // with all attempts
        // end::doors
        var runs = new AtomicInteger();
        int left = ordering.write(connection -> {
            int stock = stock(connection);
            if (runs.incrementAndGet() == 1) {
                // Somebody else is faster. Doors of their own, so not a part of this unit.
                Transactions.over(dataSource).run(other -> execute(other, "update sample_stock set n = n - 1"));
            }
            execute(connection, "update sample_stock set n = " + (stock - 1));
            return stock - 1;
        });
        System.out.println(left + " left after " + runs + " runs");

        // tag::savepoint
        transactions.run(connection -> {
            execute(connection, "update sample_stock set n = n - 1");
            try {
                transactions.savepoint(connection, part -> execute(part, "insert into sample_stock values ('many')"));
            } catch (SQLException e) {
                System.out.println("without that part: " + e.getSQLState());
            }
        });
        // end::savepoint

        // tag::unknown
        try {
            ordering.run(connection -> execute(connection, "update sample_stock set n = n - 1"));
        } catch (CommitOutcomeUnknownException e) {
            System.out.println("look whether it was done: " + e.outcome().why());
        }
        // end::unknown
        System.out.println(transactions.<Integer, SQLException>read(connection -> stock(connection)) + " left");
    }

    private static int stock(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("select n from sample_stock")) {
            row.next();
            return row.getInt(1);
        }
    }

    private static boolean execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.execute(sql);
        }
    }
}
