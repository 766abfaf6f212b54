package io.dbops.samples.tour;

import io.dbops.DbOps;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import javax.sql.DataSource;

/** Scene 6: what a routed query costs, beside the same query on a plain HikariCP pool of the same replicas. */
final class MeasuringCost {

    private static final int QUERIES = 20_000;
    private static final int WARM_UP = 5_000;

    private static final String ROW = "%-26s %9.1f us %12.1f us";

    private MeasuringCost() {}

    /** Returns the ratio of the medians. */
    static double play(Screen screen, DbOps db, PlainPools plain) throws SQLException {
        screen.scene("What it costs");
        screen.say(
                "%,d times each: get a connection, prepare, read one row, close. One plain, one routed, by turns, so"
                        + " that noise hits both. No pass, no fail: it is this machine, now.",
                QUERIES);
        screen.gap();
        DataSource routed = db.session().dataSource();
        long[] plainly = new long[QUERIES];
        long[] throughDbops = new long[QUERIES];
        for (int i = -WARM_UP; i < QUERIES; i++) {
            int at = Math.max(i, 0);
            if (i % 2 == 0) {
                plainly[at] = time(plain.anyReplica(), false);
            }
            throughDbops[at] = time(routed, true);
            if (i % 2 != 0) {
                plainly[at] = time(plain.anyReplica(), false);
            }
        }
        Arrays.sort(plainly);
        Arrays.sort(throughDbops);
        screen.show("                                 median             p99");
        screen.show(row("a plain HikariCP pool", plainly));
        screen.show(row("dbops over HikariCP", throughDbops));
        screen.gap();
        double ratio = median(throughDbops) / median(plainly);
        screen.say(
                "In the median a routed query takes %.2f times as long as a plain one%s. It sends no statement more;"
                        + " each node is asked for its position in the background, over one connection of its own.",
                ratio, ratio < 1 ? " (below 1 is noise)" : "");
        return ratio;
    }

    private static long time(DataSource dataSource, boolean readOnly) throws SQLException {
        long start = System.nanoTime();
        query(dataSource, readOnly);
        return System.nanoTime() - start;
    }

    private static void query(DataSource dataSource, boolean readOnly) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            if (readOnly) {
                connection.setReadOnly(true);
            }
            try (PreparedStatement statement = connection.prepareStatement("select item from orders where id = ?")) {
                statement.setLong(1, 1);
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                }
            }
        }
    }

    private static double median(long[] sorted) {
        return sorted[sorted.length / 2] / 1e3;
    }

    private static String row(String name, long[] sorted) {
        return Screen.format(ROW, name, median(sorted), sorted[sorted.length * 99 / 100] / 1e3);
    }
}
