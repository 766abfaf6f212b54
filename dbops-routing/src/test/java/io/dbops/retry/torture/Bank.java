package io.dbops.retry.torture;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The data: each unit adds to an account, or moves between two, and writes its own number into a ledger where nothing
 * keeps it from being there twice. Some ask the server to take its time at COMMIT.
 */
final class Bank {

    private static final int ACCOUNTS = 64;
    private static final int LONGEST_COMMIT_MILLIS = 40;

    private Bank() {}

    /**
     * One unit of work.
     *
     * @param id told apart by it
     * @param contender whose accounts it is about
     * @param debit the account it takes from, or 0
     * @param credit the account it gives to
     * @param commitMillis how long its COMMIT takes at least
     */
    record Entry(long id, int contender, int debit, int credit, int commitMillis) {

        static Entry draw(long id, int contender, SplittableRandom random) {
            int debit = random.nextInt(ACCOUNTS + 1);
            int credit = 1 + random.nextInt(ACCOUNTS);
            return new Entry(
                    id,
                    contender,
                    debit == credit ? 0 : debit,
                    credit,
                    random.nextInt(10) == 0 ? random.nextInt(1, LONGEST_COMMIT_MILLIS) : 0);
        }

        void write(Connection connection) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement("insert into ledger values (?, ?, ?, ?, ?)")) {
                insert.setInt(1, contender);
                insert.setLong(2, id);
                insert.setInt(3, debit);
                insert.setInt(4, credit);
                insert.setInt(5, commitMillis);
                insert.executeUpdate();
            }
            if (debit != 0) {
                add(connection, -1, debit);
            }
            add(connection, 1, credit);
        }

        private void add(Connection connection, int amount, int account) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(
                    "update account set amount = amount + ? where contender = ? and id = ?")) {
                update.setInt(1, amount);
                update.setInt(2, contender);
                update.setInt(3, account);
                if (update.executeUpdate() != 1) {
                    throw new IllegalStateException("no account " + account + " of " + contender);
                }
            }
        }
    }

    static void create(Connection connection, int contenders) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table account (contender int, id int, amount int not null,"
                    + " primary key (contender, id)) with (fillfactor = 50)");
            statement.execute("insert into account select c, i, 0 from generate_series(0, " + (contenders - 1)
                    + ") as c, generate_series(1, " + ACCOUNTS + ") as i");
            statement.execute(
                    "create table ledger (contender int, unit bigint, debit int, credit int, commit_millis int)");
            statement.execute("create function take_time() returns trigger language plpgsql as"
                    + " 'begin perform pg_sleep(new.commit_millis / 1000.0); return null; end'");
            statement.execute("create constraint trigger take_time after insert on ledger"
                    + " deferrable initially deferred for each row when (new.commit_millis > 0)"
                    + " execute function take_time()");
        }
    }

    /** How often each unit of a contender was done. */
    static Map<Long, Integer> ledger(Connection connection, int contender) throws SQLException {
        var found = new HashMap<Long, Integer>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select unit, count(*) from ledger where contender = " + contender + " group by unit")) {
            while (rows.next()) {
                found.put(rows.getLong(1), rows.getInt(2));
            }
        }
        return found;
    }

    /** Accounts that differ from what the ledger says. */
    static long wrongAccounts(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        with entries as (
                          select contender, credit as id, 1 as amount from ledger
                          union all
                          select contender, debit, -1 from ledger where debit <> 0
                        ), sums as (select contender, id, sum(amount) as amount from entries group by contender, id)
                        select count(*) from account left join sums using (contender, id)
                        where account.amount <> coalesce(sums.amount, 0)""")) {
            row.next();
            return row.getLong(1);
        }
    }
}
