package io.dbops.test;

import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.Phase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A way to have a real server, or its driver, raise an error.
 *
 * @param state the SQLState that comes
 * @param errorClass what it means
 * @param phase what it answers
 * @param since the first major version that can
 * @param how for the reader
 * @param act throws the error
 */
record Provocation(String state, ErrorClass errorClass, Phase phase, int since, String how, Act act) {

    /** Does something to a cluster of a primary and a standby, both behind proxies, and leaves it as it was. */
    @FunctionalInterface
    interface Act {
        void on(EmbeddedCluster cluster) throws Exception;
    }

    static Provocation provoked(String state, ErrorClass errorClass, Phase phase, String how, Act act) {
        return new Provocation(state, errorClass, phase, 14, how, act);
    }

    Provocation since(int major) {
        return new Provocation(state, errorClass, phase, major, how, act);
    }

    /** Statements of one transaction, of which the last is refused. */
    static Provocation statements(String state, ErrorClass errorClass, String sql) {
        return provoked(
                state,
                errorClass,
                Phase.WORK,
                sql,
                cluster -> inTransaction(cluster.primary().connect(), sql));
    }

    /** Statements of one transaction, of which the commit is refused. */
    static Provocation commit(String state, ErrorClass errorClass, String sql) {
        return provoked(state, errorClass, Phase.COMMIT, "commit; " + sql, cluster -> {
            try (Connection connection = cluster.primary().connect()) {
                connection.setAutoCommit(false);
                execute(connection, sql);
                throw thrownBy(connection::commit);
            }
        });
    }

    static void inTransaction(Connection open, String sql) throws SQLException {
        try (Connection connection = open) {
            connection.setAutoCommit(false);
            execute(connection, sql);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Something that is to be refused. */
    @FunctionalInterface
    interface Refused {
        void run() throws SQLException;
    }

    /** What it throws; if it throws nothing, that is an error of the test. */
    static SQLException thrownBy(Refused refused) {
        try {
            refused.run();
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("nothing was refused");
    }

    @Override
    public String toString() {
        return state + " " + phase + ": " + how;
    }
}
