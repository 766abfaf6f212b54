package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.pool.FittedPools;
import io.dbops.retry.Retries;
import io.dbops.routing.LagAwareRouting;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Units of work inside Spring's transactions: they are a part of them, and run again only outside. */
class SpringJoiningTest {

    private static EmbeddedCluster cluster;
    private static DbOps db;
    private static DataSource dataSource;
    private static JdbcTemplate jdbc;
    private static PlatformTransactionManager manager;

    private final AtomicInteger runs = new AtomicInteger();

    @BeforeAll
    static void open() throws SQLException {
        cluster = EmbeddedCluster.start(0);
        EmbeddedNode node = cluster.primary();
        db = DbOps.named("joining")
                .node(node.name(), node.url(), Credentials.of(node.user(), node.password()))
                .pools(FittedPools.upTo(5))
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .retries(Retries.attempts(4))
                .joining(SpringJoiningTest::connectionOfSpring)
                .open();
        dataSource = db.dataSource();
        jdbc = new JdbcTemplate(dataSource);
        manager = new DataSourceTransactionManager(dataSource);
        jdbc.execute("create table booking (name text)");
    }

    @AfterAll
    static void close() {
        db.close();
        cluster.close();
    }

    // tag::joining
    /** The connection of the transaction that Spring has open on this thread. */
    private static @Nullable Connection connectionOfSpring(DataSource units) {
        return TransactionSynchronizationManager.isActualTransactionActive()
                        && TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder
                ? holder.getConnection()
                : null;
    }
    // end::joining

    @BeforeEach
    void noBookings() {
        jdbc.execute("truncate booking");
    }

    private static List<String> bookings() {
        return jdbc.queryForList("select name from booking order by name", String.class);
    }

    private static TransactionTemplate spring(int propagation) {
        var template = new TransactionTemplate(manager);
        template.setPropagationBehavior(propagation);
        return template;
    }

    /** A unit of dbops, called from wherever. */
    private static void unit(String name) {
        try {
            db.transactions().run(connection -> insert(connection, name));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void insert(Connection connection, String name) throws SQLException {
        try (var insert = connection.prepareStatement("insert into booking values (?)")) {
            insert.setString(1, name);
            insert.executeUpdate();
        }
    }

    private void conflict(Connection connection) throws SQLException {
        insert(connection, "run " + runs.incrementAndGet());
        if (runs.get() == 1) {
            throw new SQLException("planted", "40001");
        }
    }

    @Test
    void aUnitInsideIsCommittedWithTheTransactionOfSpring() {
        spring(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(status -> {
            jdbc.update("insert into booking values ('spring')");
            unit("unit");
            assertThat(bookings()).as("on the same connection").containsExactly("spring", "unit");
        });

        assertThat(bookings()).containsExactly("spring", "unit");
    }

    @Test
    void aUnitInsideIsRolledBackWithTheTransactionOfSpring() {
        spring(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(status -> {
            unit("unit");
            status.setRollbackOnly();
        });

        assertThat(bookings()).isEmpty();
    }

    @Test
    void aUnitInsideIsNotRunAgainAndFailsTheWhole() {
        assertThatThrownBy(() -> spring(TransactionDefinition.PROPAGATION_REQUIRED)
                        .executeWithoutResult(status -> {
                            try {
                                db.transactions().run(this::conflict);
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        }))
                .hasRootCauseMessage("planted");

        assertThat(runs).hasValue(1);
        assertThat(bookings()).isEmpty();
    }

    @Test
    void outsideAUnitIsItsOwnAndIsRunAgain() throws Exception {
        db.transactions().run(this::conflict);

        assertThat(runs).hasValue(2);
        assertThat(bookings()).containsExactly("run 2");
    }

    @Test
    void aUnitInANewTransactionBelongsToThatOne() {
        spring(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(outer -> {
            unit("outer");
            spring(TransactionDefinition.PROPAGATION_REQUIRES_NEW).executeWithoutResult(inner -> unit("inner"));
            outer.setRollbackOnly();
        });

        assertThat(bookings()).containsExactly("inner");
    }

    @Test
    void aUnitInANestedTransactionIsRolledBackToItsSavepoint() {
        spring(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(outer -> {
            unit("outer");
            spring(TransactionDefinition.PROPAGATION_NESTED).executeWithoutResult(nested -> {
                unit("nested");
                nested.setRollbackOnly();
            });
        });

        assertThat(bookings()).containsExactly("outer");
    }

    @Test
    void whereSpringSuspendsItsTransactionAUnitIsItsOwn() {
        spring(TransactionDefinition.PROPAGATION_REQUIRED).executeWithoutResult(outer -> {
            spring(TransactionDefinition.PROPAGATION_NOT_SUPPORTED).executeWithoutResult(none -> unit("alone"));
            outer.setRollbackOnly();
        });

        assertThat(bookings()).containsExactly("alone");
    }

    @Test
    void aUnitThatWritesIsRefusedInsideATransactionThatReads() {
        var reading = spring(TransactionDefinition.PROPAGATION_REQUIRED);
        reading.setReadOnly(true);

        assertThatThrownBy(() -> reading.executeWithoutResult(status -> unit("never")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("writes, but is inside a transaction that only reads");
    }

    @Test
    void aUnitThatIsToBeOutermostIsRefusedInside() {
        assertThatThrownBy(() -> spring(TransactionDefinition.PROPAGATION_REQUIRED)
                        .execute(status -> {
                            try {
                                return db.transactions().outermost().write(connection -> 1);
                            } catch (SQLException e) {
                                throw new IllegalStateException(e);
                            }
                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begin it outside");
    }

    /** The other way round Spring knows nothing of the unit, and takes a connection of its own. */
    @Test
    void aTransactionOfSpringInsideAUnitIsItsOwn() {
        assertThatThrownBy(() -> db.transactions().run(connection -> {
                    insert(connection, "unit");
                    spring(TransactionDefinition.PROPAGATION_REQUIRED)
                            .executeWithoutResult(status -> jdbc.update("insert into booking values ('spring')"));
                    throw new SQLException("planted", "22000");
                }))
                .hasMessage("planted");

        assertThat(bookings()).containsExactly("spring");
    }
}
