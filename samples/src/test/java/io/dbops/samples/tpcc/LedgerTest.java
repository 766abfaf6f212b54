package io.dbops.samples.tpcc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients were told and what is there are held against each other, both ways. */
@DbOpsCluster(replicas = 0)
class LedgerTest {

    private final Ledger payments = Ledger.ofPayments();
    private Connection connection;

    /** In a transaction that is taken back. */
    @BeforeEach
    void begin(EmbeddedNode primary) throws SQLException {
        connection = primary.connect();
        connection.setAutoCommit(false);
        Schema.create(connection);
        paid(Loader.LOADED);
        paid(Loader.LOADED);
    }

    @AfterEach
    void takeBack() throws SQLException {
        connection.rollback();
        connection.close();
    }

    private void paid(String request) throws SQLException {
        Sql.updateOne(connection, "insert into history values (1, 1, 1, 1, 1, current_timestamp, 1, ?)", request);
    }

    private List<List<String>> violations() throws SQLException {
        return payments.check(connection).stream().map(Finding::violations).toList();
    }

    @Test
    void whatClientsWereToldIsSo() throws SQLException {
        paid("1-1");
        payments.note("1-1", Fate.COMMITTED);
        paid("1-2");
        payments.note("1-2", Fate.UNKNOWN);
        payments.note("1-3", Fate.UNKNOWN);
        payments.note("1-4", Fate.FAILED);

        assertThat(payments.check(connection)).hasSize(3).allMatch(Finding::holds);
    }

    @Test
    void whatWasAcknowledgedAndIsNotThereIsFound() throws SQLException {
        payments.note("1-1", Fate.COMMITTED);

        assertThat(violations()).containsExactly(List.of("1-1"), List.of(), List.of());
    }

    @Test
    void whatIsThereThoughItFailedIsFound() throws SQLException {
        payments.note("1-1", Fate.FAILED);
        paid("1-1");
        payments.note("1-2", Fate.ROLLED_BACK);
        paid("1-2");

        assertThat(violations()).containsExactly(List.of(), List.of("1-1", "1-2"), List.of());
    }

    @Test
    void whatIsThereTwiceIsFound() throws SQLException {
        payments.note("1-1", Fate.COMMITTED);
        paid("1-1");
        paid("1-1");

        assertThat(violations()).containsExactly(List.of(), List.of(), List.of("1-1"));
    }

    @Test
    void aReadThatMissesAnOwnOrderOrALineIsFound() {
        var status = new OrderStatus(1, 1, 1);
        var reads = new Reads();
        reads.note(status, new OrderStatus.Seen(7, 5, 5), 7);
        reads.note(status, new OrderStatus.Seen(7, 5, 5), 8);
        reads.note(status, new OrderStatus.Seen(7, 5, 4), 7);

        assertThat(reads.check().looked()).isEqualTo(3);
        assertThat(reads.check().violations()).hasSize(2).noneMatch(String::isBlank);
    }

    @Test
    void aRunInWhichAFaultNeverStruckDoesNotHold() {
        var found = new Finding("a", 1, List.of());

        assertThat(report(1, found).holds()).isTrue();
        assertThat(report(0, found).holds()).isFalse();
        assertThat(report(1, found, new Finding("b", 1, List.of("c"))).holds()).isFalse();
    }

    private static Report report(long struck, Finding... findings) {
        return new Report("", Duration.ZERO, Books.empty(), Map.of("a fault", struck), Map.of(), List.of(findings));
    }
}
