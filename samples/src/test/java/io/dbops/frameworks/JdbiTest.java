package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jdbi.v3.core.transaction.SerializableTransactionRunner;
import org.jdbi.v3.core.transaction.TransactionIsolationLevel;
import org.junit.jupiter.api.Test;

/** Jdbi, with handles that are declared read-only and handles that are not. */
class JdbiTest extends FrameworkContract {

    private final Jdbi jdbi = Jdbi.create(app.dataSource());

    JdbiTest(EmbeddedCluster cluster) throws SQLException {
        super(cluster);
    }

    @Override
    void write(int id, String name) {
        jdbi.useTransaction(handle -> insert(handle, id, name));
    }

    private static void insert(Handle handle, int id, String name) {
        handle.execute("insert into item values (?, ?)", id, name);
    }

    @Override
    Read read(int id) {
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            return handle.inTransaction(reading -> {
                String name = reading.createQuery("select name from item where id = :id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .findOne()
                        .orElse(null);
                return new Read(RoutedApplication.node(reading.getConnection()), inRecovery(reading), name);
            });
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean inRecovery(Handle handle) {
        return handle.createQuery("select pg_is_in_recovery()")
                .mapTo(Boolean.class)
                .one();
    }

    @Override
    void writeDeclaredReadOnly(int id) {
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            handle.useTransaction(reading -> insert(reading, id, "never"));
        }
    }

    @Override
    Class<? extends Exception> duplicate() {
        return UnableToExecuteStatementException.class;
    }

    @Test
    void aHandleChangesItsKindBetweenTransactions() {
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            assertThat(inRecovery(handle)).isTrue();
            handle.setReadOnly(false);
            handle.useTransaction(writing -> insert(writing, 1, "written"));
            handle.setReadOnly(true);
            assertThat(handle.createQuery("select count(*) from item")
                            .mapTo(Integer.class)
                            .one())
                    .isEqualTo(1);
        }
    }

    @Test
    void aSavepointTakesBackAPart() throws Exception {
        jdbi.useTransaction(handle -> {
            insert(handle, 1, "kept");
            handle.savepoint("before");
            insert(handle, 2, "taken back");
            handle.rollbackToSavepoint("before");
            insert(handle, 3, "kept, too");
        });
        assertThat(app.numberOnPrimary("select sum(id) from item")).isEqualTo(4);
    }

    @Test
    void aSerializationFailureIsTriedAgain() throws Exception {
        Jdbi serializable = Jdbi.create(app.dataSource());
        serializable.setTransactionHandler(new SerializableTransactionRunner());
        var attempts = new AtomicInteger();

        int total = serializable.inTransaction(TransactionIsolationLevel.SERIALIZABLE, handle -> {
            int count = handle.createQuery("select count(*) from item")
                    .mapTo(Integer.class)
                    .one();
            if (attempts.incrementAndGet() == 1) {
                conflict();
            }
            insert(handle, 100, "after " + count);
            return count;
        });

        assertThat(attempts).hasValue(2);
        assertThat(total).as("what the other had written").isEqualTo(1);
        assertThat(app.numberOnPrimary("select count(*) from item where name = 'after 1'"))
                .isEqualTo(1);
    }

    /** Somebody else reads what is going to be written, and writes what was read. */
    private void conflict() throws SQLException {
        app.executeOnPrimary(
                "begin isolation level serializable",
                "insert into item select 1, 'before ' || count(*) from item",
                "commit");
    }

    @Test
    void aBatchIsWritten() throws Exception {
        int[] counts = jdbi.withHandle(handle -> {
            var batch = handle.prepareBatch("insert into item values (:id, :name)");
            IntStream.range(0, 300)
                    .forEach(id ->
                            batch.bind("id", id).bind("name", "item " + id).add());
            return batch.execute();
        });
        assertThat(counts).hasSize(300).containsOnly(1);
        assertThat(app.numberOnPrimary("select count(*) from item")).isEqualTo(300);
    }

    @Test
    void rowsAreStreamedFromAReplica() throws Exception {
        app.executeOnPrimary("insert into item select i, 'item ' || i from generate_series(1, 1000) i");
        app.replicasServe();
        try (Handle handle = jdbi.open()) {
            handle.setReadOnly(true);
            long sum = handle.inTransaction(reading -> {
                try (var ids =
                        reading.createQuery("select id from item").setFetchSize(50).mapTo(Integer.class).stream()) {
                    assertThat(inRecovery(reading)).isTrue();
                    return ids.mapToLong(id -> id).sum();
                }
            });
            assertThat(sum).isEqualTo(1000L * 1001 / 2);
        }
    }
}
