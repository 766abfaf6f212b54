package io.dbops.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.output.MigrateResult;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flyway over the routed data source: everything it does is on the primary, its locks included. */
@DbOpsCluster(replicas = 2)
class FlywayTest {

    @TempDir
    private Path migrations;

    private final RoutedApplication app;

    FlywayTest(EmbeddedCluster cluster) throws SQLException {
        app = new RoutedApplication(cluster);
        app.executeOnPrimary("drop schema if exists shop cascade");
    }

    @AfterEach
    void close() {
        app.everyConnectionIsGivenBack();
        app.close();
    }

    private void migration(String name, String... lines) throws Exception {
        Files.write(migrations.resolve(name), List.of(lines));
    }

    private Flyway flyway() {
        return Flyway.configure()
                .dataSource(app.dataSource())
                .schemas("shop")
                .locations("filesystem:" + migrations)
                // Else CREATE INDEX CONCURRENTLY would wait for the lock's own transaction.
                .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
                .load();
    }

    private void someMigrations() throws Exception {
        migration("V1__tables.sql", "create table item (id int primary key, name text);");
        migration(
                "V2__rows.sql",
                "insert into item select i, 'item ' || i from generate_series(1, 100) i;",
                "alter table item add column price numeric not null default 1;");
        migration("V3__index.sql", "create index concurrently item_name on item (name);");
        migration("R__view.sql", "create or replace view cheap as select * from item where price < 10;");
    }

    @Test
    void migratesThenTellsAndValidates() throws Exception {
        someMigrations();
        long onReplicas = app.unitsServedByReplicas();

        MigrateResult result = flyway().migrate();

        assertThat(result.success).isTrue();
        assertThat(result.migrationsExecuted).isEqualTo(4);
        assertThat(Stream.of(flyway().info().applied()).map(info -> info.getState()))
                .hasSizeGreaterThanOrEqualTo(4)
                .containsOnly(MigrationState.SUCCESS);
        flyway().validate();
        assertThat(flyway().migrate().migrationsExecuted).isZero();
        assertThat(app.numberOnPrimary("select count(*) from shop.cheap")).isEqualTo(100);
        assertThat(app.unitsServedByReplicas()).isEqualTo(onReplicas);
    }

    @Test
    void twoThatMigrateAtOnceDoItOnce() throws Exception {
        someMigrations();
        var first = CompletableFuture.supplyAsync(() -> flyway().migrate());
        var second = CompletableFuture.supplyAsync(() -> flyway().migrate());

        assertThat(first.get(60, TimeUnit.SECONDS).migrationsExecuted
                        + second.get(60, TimeUnit.SECONDS).migrationsExecuted)
                .isEqualTo(4);
        assertThat(app.numberOnPrimary("select count(*) from shop.item")).isEqualTo(100);
    }

    @Test
    void aMigrationThatFailsIsTakenBackAndCanBeMended() throws Exception {
        migration("V1__tables.sql", "create table item (id int primary key);");
        migration("V2__broken.sql", "create table half (id int);", "insert into nowhere values (1);");
        assertThatThrownBy(() -> flyway().migrate())
                .isInstanceOf(FlywayException.class)
                .hasRootCauseInstanceOf(SQLException.class)
                .hasMessageContaining("42P01");
        assertThat(app.numberOnPrimary("select count(*) from pg_class where relname = 'half'"))
                .isZero();

        migration("V2__broken.sql", "create table half (id int);");
        assertThat(flyway().migrate().migrationsExecuted).isEqualTo(1);
    }

    @Test
    void aChangedMigrationIsFound() throws Exception {
        migration("V1__tables.sql", "create table item (id int primary key);");
        flyway().migrate();
        migration("V1__tables.sql", "create table item (id bigint primary key);");
        assertThatThrownBy(() -> flyway().validate()).isInstanceOf(FlywayException.class);
    }
}
