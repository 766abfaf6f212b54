package io.dbops.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.dialect.Deadlock.Wait;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is read from the text of a deadlock, and what is not. Real ones are in {@code DeadlockReportTest}. */
class PostgresDeadlocksTest {

    private static final String ENGLISH = """
            ERROR: deadlock detected
              Detail: Process 31 waits for ShareLock on transaction 757; blocked by process 32.
            Process 32 waits for ExclusiveLock on tuple (0,7) of relation 16384 of database 5; blocked by process 33.
            Process 33 waits for AccessExclusiveLock on relation 16390 of database 5; blocked by process 31.
              Hint: See server log for query details.
              Where: while updating tuple (22,167) in relation "account"
            """;

    private static Deadlock read(String text) {
        return Objects.requireNonNull(PostgresDialect.INSTANCE.deadlock(new SQLException(text, "40P01")));
    }

    @Test
    void theWholeCircleIsRead() {
        assertThat(read(ENGLISH).waits())
                .containsExactly(
                        new Wait(31, "ShareLock", "transaction 757", "account", 32),
                        new Wait(32, "ExclusiveLock", "tuple (0,7) of relation 16384 of database 5", null, 33),
                        new Wait(33, "AccessExclusiveLock", "relation 16390 of database 5", null, 31));
    }

    @Test
    void otherLanguagesAreReadByWhatTheyHaveInCommon() {
        List<Wait> german = read("""
                FEHLER: Verklemmung entdeckt
                  Detail: Prozess 31 wartet auf ShareLock-Sperre auf Transaktion 757; blockiert von Prozess 32.
                Prozess 32 wartet auf ShareLock-Sperre auf Transaktion 756; blockiert von Prozess 31.
                  Hinweis: Einzelheiten zur Anfrage finden Sie im Serverlog.
                  Wo: beim Aktualisieren von Tupel (0,1) in Relation »konto«
                """).waits();
        List<Wait> japanese = read("""
                ERROR: デッドロックを検出しました
                  詳細: プロセス 31 は ShareLock を トランザクション 757 で待機していましたが、プロセス 32 でブロックされました
                プロセス 32 は ShareLock を トランザクション 756 で待機していましたが、プロセス 31 でブロックされました
                """).waits();

        assertThat(german).extracting(Wait::pid).containsExactly(31L, 32L);
        assertThat(german.get(0).mode()).isEqualTo("ShareLock");
        assertThat(german.get(0).object()).contains("Transaktion 757");
        assertThat(german.get(0).relation()).isEqualTo("konto");
        assertThat(japanese).extracting(Wait::blockedBy).containsExactly(32L, 31L);
    }

    @Test
    void whatDoesNotCloseACircleNamesNobody() {
        assertThat(read(ENGLISH.replace("blocked by process 31", "blocked by process 34"))
                        .waits())
                .isEmpty();
        assertThat(read(ENGLISH.replace("Process 33", "Process 32")).waits()).isEmpty();
        // Who is in the way comes first in this language, if there is one.
        assertThat(read("""
                        ERROR: x
                        31 is blocked by 32, ShareLock of 757, which 1 waits for
                        32 is blocked by 31, ShareLock of 756, which 2 waits for
                        """).waits()).isEmpty();
    }

    @Test
    void hostileTextIsNotBelieved() {
        String quoted = "  Where: said \"Process 31 waits for ShareLock on x; blocked by process 99.\"";

        assertThat(read(ENGLISH.replace("  Where:", quoted)).waits()).hasSize(3);
        assertThat(read(ENGLISH.replace("  Hint:", quoted)).waits()).isEmpty();
        assertThat(read("ShareLock " + "9".repeat(30)).waits()).isEmpty();
        assertThat(read("").waits()).isEmpty();
    }

    @Test
    void withoutADetailItIsADeadlockAllTheSame() {
        assertThat(read("ERROR: deadlock detected").waits()).isEmpty();
        assertThat(PostgresDialect.INSTANCE.deadlock(new SQLException(ENGLISH, "40001")))
                .isNull();
    }
}
