package io.dbops.benchmarks.storm;

import io.dbops.tx.Isolation;
import io.dbops.tx.Transactions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;

/** What each thread does over and over, on a few hot rows. */
enum Workload {
    /** Takes from one row and gives to another, in random order: two such transactions may deadlock. */
    TRANSFERS {
        @Override
        void once(Transactions transactions, int rows) throws SQLException {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            int from = random.nextInt(rows);
            int to = (from + 1 + random.nextInt(rows - 1)) % rows;
            transactions.named("transfer").run(connection -> {
                add(connection, from, -1);
                add(connection, to, 1);
            });
        }
    },

    /** The same transfers, with rows always locked in the same order, which an application seldom can. */
    ORDERED_TRANSFERS {
        @Override
        void once(Transactions transactions, int rows) throws SQLException {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            int from = random.nextInt(rows);
            int to = (from + 1 + random.nextInt(rows - 1)) % rows;
            transactions.named("transfer").run(connection -> {
                add(connection, Math.min(from, to), from < to ? -1 : 1);
                add(connection, Math.max(from, to), from < to ? 1 : -1);
            });
        }
    },

    /** Reads a row, computes, and writes it, SERIALIZABLE. */
    READ_MODIFY_WRITE {
        @Override
        void once(Transactions transactions, int rows) throws SQLException {
            int row = ThreadLocalRandom.current().nextInt(rows);
            transactions.named("change").isolated(Isolation.SERIALIZABLE).run(connection -> {
                int before = read(connection, row);
                add(connection, row, before % 2 == 0 ? 1 : -1);
            });
        }
    };

    abstract void once(Transactions transactions, int rows) throws SQLException;

    private static void add(Connection connection, int row, int amount) throws SQLException {
        try (PreparedStatement update =
                connection.prepareStatement("update hot set amount = amount + ? where id = ?")) {
            update.setInt(1, amount);
            update.setInt(2, row);
            update.executeUpdate();
        }
    }

    private static int read(Connection connection, int row) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("select amount from hot where id = ?")) {
            query.setInt(1, row);
            try (ResultSet rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
