package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.EmbeddedCluster;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.SequenceGenerator;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StaleObjectStateException;
import org.hibernate.cfg.AvailableSettings;
import org.hibernate.cfg.Configuration;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.tool.schema.spi.SchemaManagementException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Hibernate ORM, given the routed data source as any other. A transaction is declared read-only on its connection. */
class HibernateTest extends FrameworkContract {

    @Entity
    @Table(name = "item")
    static class Item {
        @Id
        private int id;

        private String name;

        protected Item() {}

        Item(int id, String name) {
            this.id = id;
            this.name = name;
        }
    }

    @Entity
    @Table(name = "book")
    static class Book {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE, generator = "books")
        @SequenceGenerator(name = "books", sequenceName = "book_ids", allocationSize = 50)
        private @Nullable Long id;

        @Version
        private int version;

        private String title;

        protected Book() {}

        Book(String title) {
            this.title = title;
        }
    }

    @Entity
    @Table(name = "nowhere")
    static class Missing {
        @Id
        private int id;
    }

    private final SessionFactory factory;

    HibernateTest(EmbeddedCluster cluster) throws SQLException {
        super(cluster);
        app.executeOnPrimary(
                "drop table if exists book",
                "drop sequence if exists book_ids",
                "create sequence book_ids increment by 50",
                "create table book (id bigint primary key, version int not null, title varchar(255))");
        factory = factory("validate", Item.class, Book.class);
    }

    private SessionFactory factory(String schemaAction, Class<?>... entities) {
        var configuration = new Configuration();
        configuration.getProperties().put(AvailableSettings.JAKARTA_NON_JTA_DATASOURCE, app.dataSource());
        configuration.setProperty(AvailableSettings.HBM2DDL_AUTO, schemaAction);
        configuration.setProperty(AvailableSettings.STATEMENT_BATCH_SIZE, "25");
        configuration.setProperty(AvailableSettings.GENERATE_STATISTICS, "true");
        Stream.of(entities).forEach(configuration::addAnnotatedClass);
        return configuration.buildSessionFactory();
    }

    @AfterAll
    void closeFactory() {
        factory.close();
    }

    private <T> T reading(Function<Session, T> work) {
        return factory.fromTransaction(session -> {
            session.doWork(connection -> connection.setReadOnly(true));
            session.setDefaultReadOnly(true);
            return work.apply(session);
        });
    }

    private static boolean inRecovery(Session session) {
        return session.createNativeQuery("select pg_is_in_recovery()", Boolean.class)
                .getSingleResult();
    }

    private static String node(Session session) {
        return session.doReturningWork(RoutedApplication::node);
    }

    @Override
    void write(int id, String name) {
        factory.inTransaction(session -> session.persist(new Item(id, name)));
    }

    @Override
    Read read(int id) {
        return reading(session -> {
            Item item = session.find(Item.class, id);
            return new Read(node(session), inRecovery(session), item == null ? null : item.name);
        });
    }

    @Override
    void writeDeclaredReadOnly(int id) {
        reading(session -> {
            session.persist(new Item(id, "never"));
            session.flush();
            return id;
        });
    }

    @Override
    Class<? extends Exception> duplicate() {
        return ConstraintViolationException.class;
    }

    @Test
    void theSchemaIsValidatedThroughMetaData() {
        assertThatThrownBy(() -> factory("validate", Missing.class))
                .isInstanceOf(SchemaManagementException.class)
                .hasMessageContaining("missing table [nowhere]");
    }

    @Test
    void theSchemaIsCreatedUpdatedAndDropped() throws Exception {
        factory("create-drop", Missing.class).close();
        factory("update", Missing.class).close();
        assertThat(app.numberOnPrimary("select count(*) from nowhere")).isZero();
        app.executeOnPrimary("drop table nowhere");
    }

    @Test
    void idsComeFromTheSequenceAndInsertsGoInBatches() throws Exception {
        var statistics = factory.getStatistics();
        statistics.clear();
        List<Long> ids = factory.fromTransaction(session -> {
            List<Book> books = LongStream.range(0, 100)
                    .mapToObj(i -> new Book("book " + i))
                    .peek(session::persist)
                    .toList();
            return books.stream().map(book -> book.id).toList();
        });

        assertThat(ids).doesNotHaveDuplicates().doesNotContainNull().hasSize(100);
        assertThat(app.numberOnPrimary("select count(*) from book where title like 'book %'"))
                .isEqualTo(100);
        assertThat(statistics.getPrepareStatementCount())
                .as("one for all batches, and the sequence's")
                .isLessThanOrEqualTo(5);
        factory.inTransaction(session ->
                session.createMutationQuery("delete from HibernateTest$Book").executeUpdate());
    }

    @Test
    void aStaleVersionIsRefused() {
        long id = factory.fromTransaction(session -> {
            var book = new Book("first");
            session.persist(book);
            return book.id;
        });
        Book detached = reading(session -> session.find(Book.class, id));
        factory.inTransaction(session -> session.find(Book.class, id).title = "second");
        detached.title = "third";

        assertThatThrownBy(() -> factory.inTransaction(session -> session.merge(detached)))
                .hasRootCauseInstanceOf(StaleObjectStateException.class);
        String title = reading(session -> session.find(Book.class, id).title);
        assertThat(title).isEqualTo("second");
    }

    @Test
    void entitiesOfAReadOnlySessionAreNotWritten() {
        write(1, "as it was");
        reading(session -> {
            Item item = session.find(Item.class, 1);
            item.name = "changed";
            return item;
        });
        assertThat(read(1).name()).isEqualTo("as it was");
    }

    /** As a framework above Hibernate does that brings its own connection. */
    @Test
    void aConnectionThatIsGivenIsRoutedAsItIsDeclared() throws Exception {
        write(1, "found");
        app.replicasServe();
        try (Connection connection = app.dataSource().getConnection()) {
            connection.setReadOnly(true);
            try (Session session = factory.withOptions().connection(connection).openSession()) {
                assertThat(session.find(Item.class, 1).name).isEqualTo("found");
                assertThat(inRecovery(session)).isTrue();
            }
        }
    }

    /** A session may stay open over transactions of both kinds. */
    @Test
    void oneSessionReadsOnAReplicaAndThenWrites() {
        try (Session session = factory.openSession()) {
            session.beginTransaction();
            session.doWork(connection -> connection.setReadOnly(true));
            assertThat(inRecovery(session)).isTrue();
            session.getTransaction().commit();
            session.beginTransaction();
            session.persist(new Item(5, "after a read"));
            session.getTransaction().commit();
        }
        assertThat(read(5).name()).isEqualTo("after a read");
    }

    @Test
    void rowsAreScrolledOnAReplica() throws Exception {
        app.executeOnPrimary("insert into item select i, 'item ' || i from generate_series(1, 1000) i");
        app.replicasServe();
        long sum = reading(session -> {
            try (Stream<Integer> ids = session.createSelectionQuery(
                            "select i.id from HibernateTest$Item i", Integer.class)
                    .setFetchSize(50)
                    .getResultStream()) {
                return ids.mapToLong(id -> id).sum();
            }
        });
        assertThat(sum).isEqualTo(1000L * 1001 / 2);
    }
}
