package io.dbops.samples;

import io.dbops.retry.CommitMarkers;
import io.dbops.retry.Retries;
import java.sql.SQLException;
import java.time.Duration;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Units of work whose commits are proved: by a table that is made once, and kept small.
 *
 * <p>Arguments: user, password and the URL of a primary, for a role that may create tables.
 */
public final class ProvingCommits {

    private ProvingCommits() {}

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

        // tag::create
        CommitMarkers markers = CommitMarkers.standard(); // or .schema("orders").table("markers")
        markers.create(dataSource); // does nothing if the table is there
        // end::create

        // tag::use
        var transactions = Retries.attempts(8).proving(markers).over(dataSource);
        transactions.run(connection -> {
            try (var statement = connection.createStatement()) {
                statement.execute("create table if not exists sample_payments (amount int)");
                statement.execute("insert into sample_payments values (42)");
            }
        });
        // end::use

        // tag::prune
        int deleted = markers.prune(dataSource, Duration.ofHours(2));
        // end::prune
        System.out.println(markers + ": " + deleted + " old ones deleted");
    }
}
