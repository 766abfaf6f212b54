package io.dbops.samples;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.dbops.Node;
import io.dbops.RoutingDecision;
import io.dbops.routing.LagAwareRouting;
import io.dbops.routing.RoutedDataSource;
import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Routing over HikariCP pools that an application already has, in plain JDBC and without the facade.
 *
 * <p>Arguments: user, password and the URLs of two servers of one cluster; without them, a cluster is started.
 */
public final class PlainJdbc {

    private PlainJdbc() {}

    /**
     * Runs the sample.
     *
     * @param args none, or user, password, URL, URL
     * @throws SQLException if the database refuses
     */
    public static void main(String[] args) throws SQLException {
        if (args.length == 4) {
            run(args[0], args[1], args[2], args[3]);
            return;
        }
        try (EmbeddedCluster cluster = EmbeddedCluster.start(1)) {
            var node = cluster.primary();
            run(
                    node.user(),
                    node.password(),
                    node.url(),
                    cluster.replicas().get(0).url());
        }
    }

    private static void run(String user, String password, String url1, String url2) throws SQLException {
        try (HikariDataSource pool1 = pool(user, password, url1);
                HikariDataSource pool2 = pool(user, password, url2);
                RoutedDataSource routed = LagAwareRouting.within(Duration.ofSeconds(2))
                        .wrap(List.of(
                                Node.of("db-1", pool1, unpooled(user, password, url1)),
                                Node.of("db-2", pool2, unpooled(user, password, url2))))) {
            try (Connection connection = routed.getConnection(); // not declared read-only: goes to the primary
                    Statement statement = connection.createStatement()) {
                statement.execute("create table if not exists sample_visits (page text)");
                statement.execute("insert into sample_visits values ('/home')");
                System.out.println("written on " + connection.unwrap(RoutingDecision.class));
            }
            try (Connection connection = routed.getConnection()) {
                connection.setReadOnly(true); // before the first statement: may go to a replica that has the insert
                connection.setAutoCommit(false);
                System.out.println(count(connection) + " visits read on " + connection.unwrap(RoutingDecision.class));
                connection.commit();
            }
            routed.decisions().forEach((decision, units) -> System.out.println(decision + ": " + units));
        }
    }

    private static long count(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from sample_visits")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static HikariDataSource pool(String user, String password, String url) {
        var config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(10);
        config.addDataSourceProperty("readOnlyMode", "always"); // a read on the primary is refused its writes, too
        return new HikariDataSource(config);
    }

    /** Gives the one connection by which the node is watched, so that a full pool cannot hide it. */
    private static DataSource unpooled(String user, String password, String url) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(user);
        dataSource.setPassword(password);
        return dataSource;
    }
}
