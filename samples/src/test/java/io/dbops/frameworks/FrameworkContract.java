package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What holds of every framework that runs over a routed data source, each in its own words. */
@DbOpsCluster(replicas = 2)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FrameworkContract {

    final RoutedApplication app;

    FrameworkContract(EmbeddedCluster cluster) throws SQLException {
        app = new RoutedApplication(cluster);
        app.executeOnPrimary("drop table if exists item", "create table item (id int primary key, name text not null)");
    }

    /** What a read-only unit of work saw, and where. */
    record Read(String node, boolean inRecovery, @Nullable String name) {}

    /** Inserts an item in a transaction. */
    abstract void write(int id, String name);

    /** Looks for an item in a transaction that is declared read-only. */
    abstract Read read(int id);

    /** Inserts an item in a transaction that is declared read-only. */
    abstract void writeDeclaredReadOnly(int id);

    /** What the framework makes of a second item of the same id. */
    abstract Class<? extends Exception> duplicate();

    @BeforeEach
    final void startAnew() throws Exception {
        app.executeOnPrimary("truncate item");
        app.replicasServe();
    }

    @AfterEach
    final void nothingIsLeftOpen() {
        app.everyConnectionIsGivenBack();
    }

    @AfterAll
    void closeApplication() {
        app.close();
    }

    @Test
    void writesLandOnThePrimary() throws Exception {
        long onReplicas = app.unitsServedByReplicas();
        long onPrimary = app.unitsServedBy(RoutedApplication.PRIMARY);

        write(1, "a book");

        assertThat(app.numberOnPrimary("select count(*) from item")).isEqualTo(1);
        assertThat(app.unitsServedByReplicas()).isEqualTo(onReplicas);
        assertThat(app.unitsServedBy(RoutedApplication.PRIMARY)).isGreaterThan(onPrimary);
    }

    @Test
    void readsDeclaredReadOnlyAreSpreadOverTheReplicas() throws Exception {
        long onPrimary = app.unitsServedBy(RoutedApplication.PRIMARY);
        Set<String> nodes = new HashSet<>();
        app.await("both have served", () -> {
            Read read = read(1);
            assertThat(read.inRecovery()).as("%s is a replica", read.node()).isTrue();
            nodes.add(read.node());
            return nodes.size() == 2;
        });
        assertThat(nodes).containsExactlyInAnyOrder("db-2", "db-3");
        assertThat(app.unitsServedBy(RoutedApplication.PRIMARY)).isEqualTo(onPrimary);
    }

    @Test
    void aReadSeesWhatWasWrittenThoughAReplicaDoesNot() throws Exception {
        app.cluster.node("db-2").pauseReplay();
        for (int id = 1; id <= 50; id++) {
            write(id, "item " + id);
            Read read = read(id);
            assertThat(read.name()).as("from %s", read.node()).isEqualTo("item " + id);
            assertThat(read.node()).isNotEqualTo("db-2");
        }
        app.await("the other replica serves", () -> read(50).node().equals("db-3"));
        assertThat(app.numberOn(app.cluster.node("db-2"), "select count(*) from item"))
                .as("a stale read was possible")
                .isZero();
    }

    @Test
    void errorsAreTranslatedAndTheNextUnitWorks() {
        write(1, "the first");
        Throwable error = catchThrowable(() -> write(1, "the second"));

        assertThat(error).isInstanceOf(duplicate());
        assertThat(sqlStates(error)).contains("23505");
        write(2, "another");
        assertThat(read(2).name()).isEqualTo("another");
    }

    @Test
    void aWriteDeclaredReadOnlyIsRefused() throws Exception {
        assertThat(sqlStates(catchThrowable(() -> writeDeclaredReadOnly(1)))).contains("25006");
        assertThat(app.numberOnPrimary("select count(*) from item")).isZero();
    }

    private static List<String> sqlStates(@Nullable Throwable error) {
        var states = new ArrayList<String>();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                states.add(sql.getSQLState());
            }
        }
        return states;
    }
}
