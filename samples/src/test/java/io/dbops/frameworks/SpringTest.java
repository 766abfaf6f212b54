package io.dbops.frameworks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's JdbcTemplate and {@code @Transactional}, with a transaction manager as it comes. */
class SpringTest extends FrameworkContract {

    private final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    private final JdbcTemplate jdbc;
    private final Items items;

    SpringTest(EmbeddedCluster cluster) throws SQLException {
        super(cluster);
        context.registerBean(DataSource.class, app::dataSource);
        context.register(Application.class);
        context.refresh();
        jdbc = context.getBean(JdbcTemplate.class);
        items = context.getBean(Items.class);
    }

    @AfterAll
    void closeContext() {
        context.close();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement
    static class Application {

        @Bean
        PlatformTransactionManager transactionManager(DataSource dataSource) {
            return new DataSourceTransactionManager(dataSource);
        }

        @Bean
        JdbcTemplate jdbcTemplate(DataSource dataSource) {
            return new JdbcTemplate(dataSource);
        }

        @Bean
        Items items(JdbcTemplate jdbc) {
            return new Items(jdbc);
        }
    }

    static class Items {

        private final JdbcTemplate jdbc;

        Items(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
        }

        @Transactional
        public void insert(int id, String name) {
            jdbc.update("insert into item values (?, ?)", id, name);
        }

        @Transactional(readOnly = true)
        public Read find(int id) {
            List<String> names = jdbc.queryForList("select name from item where id = ?", String.class, id);
            return new Read(node(), inRecovery(), names.isEmpty() ? null : names.get(0));
        }

        @Transactional(readOnly = true)
        public void insertDeclaredReadOnly(int id) {
            insert(id, "never");
        }

        @Transactional(readOnly = true)
        public <T> T reading(Supplier<T> work) {
            return work.get();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public <T> T inANewTransaction(Supplier<T> work) {
            return work.get();
        }

        @Transactional
        public int[] insertAll(List<Object[]> rows) {
            return jdbc.batchUpdate("insert into item values (?, ?)", rows);
        }

        String node() {
            return requireNonNull(jdbc.execute((ConnectionCallback<String>) RoutedApplication::node));
        }

        boolean inRecovery() {
            return requireNonNull(jdbc.queryForObject("select pg_is_in_recovery()", Boolean.class));
        }

        long count() {
            return requireNonNull(jdbc.queryForObject("select count(*) from item", Long.class));
        }
    }

    @Override
    void write(int id, String name) {
        items.insert(id, name);
    }

    @Override
    Read read(int id) {
        return items.find(id);
    }

    @Override
    void writeDeclaredReadOnly(int id) {
        items.insertDeclaredReadOnly(id);
    }

    @Override
    Class<? extends Exception> duplicate() {
        return DuplicateKeyException.class;
    }

    @Test
    void aNewTransactionInsideAReadOnlyOneIsAWriteAndTheOuterOneStaysWhereItWas() throws Exception {
        record Seen(String outer, String inner, String outerAgain) {}

        Seen seen = items.reading(() -> {
            items.count();
            String outer = items.node();
            String inner = items.inANewTransaction(() -> {
                items.insert(7, "inner");
                return items.node();
            });
            items.count();
            return new Seen(outer, inner, items.node());
        });

        assertThat(seen.outer()).isIn("db-2", "db-3");
        assertThat(seen.inner()).isEqualTo("db-1");
        assertThat(seen.outerAgain()).isEqualTo(seen.outer());
        assertThat(app.numberOnPrimary("select count(*) from item where id = 7"))
                .isEqualTo(1);
    }

    @Test
    void whatIsNotDeclaredReadOnlyRunsOnThePrimary() {
        assertThat(items.inRecovery()).as("without a transaction").isFalse();
        assertThat(items.<Boolean>inANewTransaction(items::inRecovery)).isFalse();
    }

    @Test
    void aBatchIsWrittenAndRead() {
        int[] counts = items.insertAll(IntStream.range(0, 500)
                .mapToObj(id -> new Object[] {id, "item " + id})
                .toList());

        assertThat(counts).hasSize(500).containsOnly(1);
        assertThat(items.<Long>reading(items::count)).isEqualTo(500);
    }

    /** pgJDBC fetches in portions inside a transaction only; the stream outlives the call that made it. */
    @Test
    void rowsAreStreamedFromAReplica() throws Exception {
        app.executeOnPrimary("insert into item select i, 'item ' || i from generate_series(1, 2000) i");
        app.replicasServe();
        var streaming = new JdbcTemplate(app.dataSource());
        streaming.setFetchSize(100);

        long sum = items.reading(() -> {
            try (Stream<Integer> ids =
                    streaming.queryForStream("select id from item order by id", (row, number) -> row.getInt(1))) {
                // Another statement on the same connection, while rows are still to come.
                assertThat(items.inRecovery()).isTrue();
                return ids.mapToLong(id -> id).sum();
            }
        });

        assertThat(sum).isEqualTo(2000L * 2001 / 2);
    }

    /** An isolation level is asked for, set and set back by Spring around each such transaction. */
    @Test
    void anIsolationLevelReachesTheReplica() {
        var serializable = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
        serializable.setReadOnly(true);
        serializable.setIsolationLevelName("ISOLATION_REPEATABLE_READ");

        @Nullable
        String seen = serializable.execute(status -> jdbc.queryForObject(
                "select current_setting('transaction_isolation') || ' ' || pg_is_in_recovery()", String.class));

        assertThat(seen).isEqualTo("repeatable read true");
        assertThat(items.<String>reading(
                        () -> jdbc.queryForObject("select current_setting('transaction_isolation')", String.class)))
                .as("the next has the default")
                .isEqualTo("read committed");
    }
}
