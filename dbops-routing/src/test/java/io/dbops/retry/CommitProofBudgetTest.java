package io.dbops.retry;

import static io.dbops.retry.LostCommit.asApplication;
import static io.dbops.retry.LostCommit.asSuperuser;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.dbops.tx.Attempt;
import io.dbops.tx.Unit;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Proving commits costs one statement a transaction, and nothing where it is off. */
@DbOpsCluster(
        replicas = 0,
        settings = {"shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on"})
class CommitProofBudgetTest {

    private static final int UNITS = 100;

    private final EmbeddedNode primary;

    CommitProofBudgetTest(EmbeddedCluster cluster) {
        primary = cluster.primary();
    }

    @BeforeEach
    void createTables() throws SQLException {
        asSuperuser(
                primary, "create extension if not exists pg_stat_statements", "grant create on schema public to app");
        asApplication(primary, "create table if not exists t (n int)");
        CommitMarkers.standard().create(primary.dataSource());
    }

    @Test
    void markersCostOneInsert() throws Exception {
        Map<String, Long> without = statementsOf(Attempt.BeforeCommit.NOTHING, false);
        Map<String, Long> with = statementsOf(CommitMarkers.standard()::claim, false);

        assertThat(without).containsValue((long) UNITS);
        with.keySet().removeAll(without.keySet());
        assertThat(with).hasSize(1).containsValue((long) UNITS);
        assertThat(with.keySet().iterator().next()).startsWith("insert into \"public\".\"dbops_tx\"");
    }

    @Test
    void transactionNumbersCostOneQuery() throws Exception {
        Map<String, Long> without = statementsOf(Attempt.BeforeCommit.NOTHING, false);
        Map<String, Long> with = statementsOf(TransactionStatus.standard()::claim, false);

        with.keySet().removeAll(without.keySet());
        assertThat(with).hasSize(1).containsValue((long) UNITS);
        assertThat(with.keySet().iterator().next()).startsWith("select pg_current_xact_id_if_assigned()");
    }

    @Test
    void unitsThatReadCostNothing() throws Exception {
        Map<String, Long> without = statementsOf(Attempt.BeforeCommit.NOTHING, true);

        assertThat(statementsOf(CommitMarkers.standard()::claim, true)).isEqualTo(without);
        assertThat(statementsOf(TransactionStatus.standard()::claim, true)).isEqualTo(without);
    }

    /** What the server counts of some units, by its text. */
    private Map<String, Long> statementsOf(Attempt.BeforeCommit beforeCommit, boolean readOnly) throws SQLException {
        asSuperuser(primary, "select pg_stat_statements_reset()");
        var unit = new Unit(null, null, null, null, readOnly, false);
        try (var pool = new HikariDataSource()) {
            pool.setDataSource(primary.dataSource());
            pool.setMaximumPoolSize(1);
            for (int i = 0; i < UNITS; i++) {
                new Attempt<Integer>()
                        .run(
                                pool,
                                unit,
                                null,
                                beforeCommit,
                                connection -> readOnly ? read(connection) : write(connection));
            }
        }
        return statements();
    }

    private static int write(Connection connection) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into t values (?)")) {
            insert.setInt(1, 1);
            return insert.executeUpdate();
        }
    }

    private static int read(Connection connection) throws SQLException {
        return LostCommit.number(connection, "select count(*) from t");
    }

    private Map<String, Long> statements() throws SQLException {
        var calls = new TreeMap<String, Long>();
        try (Connection connection = primary.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select s.query, s.calls from pg_stat_statements as s"
                        + " join pg_roles as r on r.oid = s.userid where r.rolname = 'app'")) {
            while (rows.next()) {
                calls.merge(rows.getString(1), rows.getLong(2), Long::sum);
            }
        }
        return calls;
    }
}
