package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.dbops.dialect.ConnectionLimits;
import io.dbops.dialect.ConnectionLimits.Unknown;
import io.dbops.dialect.Dialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The usable connections that the PostgreSQL dialect computes, against those that real servers let in. */
@ParameterizedClass
@MethodSource("clusters")
final class PostgresLimitsContractTest {

    private final EmbeddedNode server;
    private final int major;

    PostgresLimitsContractTest(EmbeddedCluster cluster, String major) {
        server = cluster.primary();
        this.major = Integer.parseInt(major);
    }

    static Stream<Arguments> clusters() {
        BinaryCache cache = BinaryCache.forPrograms(Privileges.OWN);
        return PostgresBinaries.all(Platform.current(), ClassLoader.getSystemClassLoader(), cache).stream()
                .map(PostgresBinaries::major)
                .map(major -> arguments(small(major).start(), Integer.toString(major)));
    }

    private static EmbeddedCluster.Builder small(int major) {
        EmbeddedCluster.Builder builder = EmbeddedCluster.builder()
                .replicas(0)
                .binaries(Integer.toString(major))
                .setting("max_connections", "30");
        return major >= 16 ? builder.setting("reserved_connections", "4") : builder;
    }

    /** What the settings take from the 30. */
    private int reserved() {
        return major >= 16 ? 7 : 3;
    }

    private String reservations() {
        return major >= 16
                ? "max_connections 30 - superuser_reserved_connections 3 - reserved_connections 4"
                : "max_connections 30 - superuser_reserved_connections 3";
    }

    private ConnectionLimits limits(String user, String password) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.url(), user, password)) {
            return Dialect.of(connection).limits(connection);
        }
    }

    private ConnectionLimits limits() throws SQLException {
        return limits(server.user(), server.password());
    }

    private void asSuperuser(String... statements) throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @AfterEach
    void liftLimits() throws SQLException {
        asSuperuser("alter role app connection limit -1", "alter database app connection limit -1");
    }

    @Test
    void whatIsUsableIsWhatTheServerLetsIn() throws SQLException {
        assertThat(limits().arithmetic()).isEqualTo(reservations());
        assertThat(limits().usable()).isEqualTo(30 - reserved());
        assertThat(letIn(server.user(), server.password())).isEqualTo(limits().usable());
    }

    @Test
    void theLimitOfTheRoleBindsAsTheServerCountsIt() throws SQLException {
        asSuperuser("alter role app connection limit 5");
        assertThat(limits().usable()).isEqualTo(5);
        assertThat(limits().binding().source()).isEqualTo("pg_roles.rolconnlimit");
        assertThat(letIn(server.user(), server.password())).isEqualTo(5);
    }

    @Test
    void theLimitOfTheDatabaseBindsWhereItIsLower() throws SQLException {
        asSuperuser("alter role app connection limit 9", "alter database app connection limit 6");
        assertThat(limits().usable()).isEqualTo(6);
        assertThat(limits().arithmetic())
                .isEqualTo(reservations() + " = " + (30 - reserved()) + "; connection limit of role app 9, connection"
                        + " limit of database app 6; connection limit of database app binds");
        assertThat(letIn(server.user(), server.password())).isEqualTo(6);
    }

    @Test
    void aLimitAboveTheTotalDoesNotBind() throws SQLException {
        asSuperuser("alter role app connection limit 1000");
        assertThat(limits().usable()).isEqualTo(30 - reserved());
        assertThat(limits().binding().name()).isEqualTo("max_connections");
    }

    @Test
    void nothingIsReservedForARoleThatMayUseWhatIsReserved() throws SQLException {
        asSuperuser("drop role if exists trusted", "create role trusted login password 'x'");
        if (major >= 16) {
            asSuperuser("grant pg_use_reserved_connections to trusted");
        }
        assertThat(limits("trusted", "x").arithmetic())
                .isEqualTo("max_connections 30 - superuser_reserved_connections 3");
        assertThat(letIn("trusted", "x")).isEqualTo(27);
    }

    @Test
    void whatRdsReservesIsSubtractedUnlessTheRoleMayUseIt() throws SQLException {
        asSuperuser(
                "drop role if exists rds_user, rds_superuser",
                "create role rds_superuser",
                "create role rds_user login password 'x'",
                "alter role rds_user set rds.rds_superuser_reserved_connections = '2'");
        assertThat(limits("rds_user", "x").arithmetic())
                .isEqualTo(reservations() + " - rds.rds_superuser_reserved_connections 2");
        asSuperuser("grant rds_superuser to rds_user");
        assertThat(limits("rds_user", "x").arithmetic()).isEqualTo(reservations());
    }

    @Test
    void whatTheRoleMayNotSeeIsUnknownAndSaid() throws SQLException {
        asSuperuser("alter role app connection limit 5", "revoke select on pg_catalog.pg_roles from public");
        try {
            ConnectionLimits limits = limits();
            assertThat(limits.unknown())
                    .contains(new Unknown(
                            "connection limit of the role",
                            "not shown to this role; run: GRANT SELECT ON pg_catalog.pg_roles TO app"));
            assertThat(limits.usable()).as("nothing is guessed").isEqualTo(30 - reserved());
            assertThat(limits.arithmetic()).contains("; not known: connection limit of the role (not shown");
        } finally {
            asSuperuser("grant select on pg_catalog.pg_roles to public");
        }
    }

    @Test
    void superusersAreHeldToNoLimitButAreAskedToLeaveAWayIn() throws SQLException {
        asSuperuser("alter database app connection limit 6");
        assertThat(limits(PostgresControl.SUPERUSER, PostgresControl.SUPERUSER_PASSWORD)
                        .arithmetic())
                .isEqualTo("max_connections 30 - superuser_reserved_connections 3");
    }

    /** Opens connections until the server refuses one. */
    private int letIn(String user, String password) throws SQLException {
        Deque<Connection> open = new ArrayDeque<>();
        try {
            Await.orFail(
                    Rows.PATIENCE,
                    () -> sessions() == 0, // those of the tests before end a moment after they are closed
                    () -> "earlier sessions did not end");
            assertThatThrownBy(() -> {
                        while (open.size() <= 30) {
                            open.push(DriverManager.getConnection(server.url(), user, password));
                        }
                    })
                    .hasFieldOrPropertyWithValue("SQLState", "53300");
            return open.size();
        } finally {
            while (!open.isEmpty()) {
                open.pop().close();
            }
        }
    }

    private int sessions() throws SQLException {
        try (Connection connection = server.connectAsSuperuser();
                var statement = connection.createStatement();
                var row = statement.executeQuery("select count(*) from pg_stat_activity"
                        + " where backend_type = 'client backend' and pid <> pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }
}
