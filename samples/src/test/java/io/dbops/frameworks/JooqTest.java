package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;

import io.dbops.test.EmbeddedCluster;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.jooq.ConnectionProvider;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;
import org.jooq.impl.DataSourceConnectionProvider;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

/** jOOQ: a context for writes, and one whose connections are declared read-only. */
class JooqTest extends FrameworkContract {

    private static final Table<?> ITEM = table(name("item"));
    private static final Field<Integer> ID = field(name("id"), SQLDataType.INTEGER);
    private static final Field<String> NAME = field(name("name"), SQLDataType.VARCHAR);

    private final DSLContext writing = DSL.using(app.dataSource(), SQLDialect.POSTGRES);
    private final DSLContext reading = DSL.using(new ReadOnlyConnections(), SQLDialect.POSTGRES);

    JooqTest(EmbeddedCluster cluster) throws SQLException {
        super(cluster);
    }

    private final class ReadOnlyConnections implements ConnectionProvider {

        private final ConnectionProvider any = new DataSourceConnectionProvider(app.dataSource());

        @Override
        public Connection acquire() {
            try {
                Connection connection = any.acquire();
                connection.setReadOnly(true);
                return connection;
            } catch (SQLException e) {
                throw new DataAccessException("not declared read-only", e);
            }
        }

        @Override
        public void release(Connection connection) {
            any.release(connection);
        }
    }

    @Override
    void write(int id, String name) {
        writing.transaction(transaction ->
                transaction.dsl().insertInto(ITEM, ID, NAME).values(id, name).execute());
    }

    @Override
    Read read(int id) {
        return reading.transactionResult(transaction -> {
            DSLContext dsl = transaction.dsl();
            String found = dsl.select(NAME).from(ITEM).where(ID.eq(id)).limit(1).fetchOne(NAME);
            return new Read(dsl.connectionResult(RoutedApplication::node), inRecovery(dsl), found);
        });
    }

    private static boolean inRecovery(DSLContext dsl) {
        return dsl.select(field("pg_is_in_recovery()", SQLDataType.BOOLEAN))
                .fetchSingle()
                .value1();
    }

    @Override
    void writeDeclaredReadOnly(int id) {
        reading.transaction(transaction ->
                transaction.dsl().insertInto(ITEM, ID, NAME).values(id, "never").execute());
    }

    @Override
    Class<? extends Exception> duplicate() {
        return IntegrityConstraintViolationException.class;
    }

    @Test
    void aNestedTransactionIsTakenBackAlone() throws Exception {
        writing.transaction(outer -> {
            outer.dsl().insertInto(ITEM, ID, NAME).values(1, "kept").execute();
            Throwable error = catchThrowable(() -> outer.dsl()
                    .transaction(inner -> inner.dsl()
                            .insertInto(ITEM, ID, NAME)
                            .values(1, "taken back")
                            .execute()));
            assertThat(error).isInstanceOf(IntegrityConstraintViolationException.class);
            outer.dsl().insertInto(ITEM, ID, NAME).values(2, "kept, too").execute();
        });
        assertThat(app.numberOnPrimary("select count(*) from item")).isEqualTo(2);
    }

    @Test
    void withoutATransactionEachStatementIsRoutedByItsDeclaration() {
        assertThat(inRecovery(reading)).isTrue();
        assertThat(inRecovery(writing)).isFalse();
        writing.insertInto(ITEM, ID, NAME).values(3, "autocommit").execute();
        assertThat(reading.fetchCount(ITEM)).isEqualTo(1);
    }

    @Test
    void aCursorIsReadInPortionsWhileAnotherStatementRuns() throws Exception {
        app.executeOnPrimary("insert into item select i, 'item ' || i from generate_series(1, 1000) i");
        app.replicasServe();
        long sum = reading.transactionResult(transaction -> {
            long total = 0;
            try (Cursor<Record1<Integer>> ids = transaction
                    .dsl()
                    .select(ID)
                    .from(ITEM)
                    .orderBy(ID)
                    .limit(800)
                    .fetchSize(50)
                    .fetchLazy()) {
                assertThat(inRecovery(transaction.dsl())).isTrue();
                while (ids.hasNext()) {
                    total += ids.fetchNext().value1();
                }
            }
            return total;
        });
        assertThat(sum).isEqualTo(800L * 801 / 2);
    }

    @Test
    void aBatchIsWritten() throws Exception {
        int[] counts = writing.batch(IntStream.range(0, 300)
                        .mapToObj(id -> writing.insertInto(ITEM, ID, NAME).values(id, "item " + id))
                        .toList())
                .execute();
        assertThat(counts).hasSize(300).containsOnly(1);
        assertThat(app.numberOnPrimary("select count(*) from item")).isEqualTo(300);
    }

    /** jOOQ's own reading of the catalog, through metadata. */
    @Test
    void theCatalogIsReadFromAReplica() {
        long onPrimary = app.unitsServedBy(RoutedApplication.PRIMARY);
        assertThat(reading.meta().getTables("item")).hasSize(1);
        assertThat(app.unitsServedBy(RoutedApplication.PRIMARY)).isEqualTo(onPrimary);
    }
}
