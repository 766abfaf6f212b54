package io.dbops.dialect;

import io.dbops.dialect.ConnectionLimits.Effect;
import io.dbops.dialect.ConnectionLimits.Term;
import io.dbops.dialect.ConnectionLimits.Unknown;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * How many connections PostgreSQL 14 to 18 leaves to the role that asks, as the server itself counts at login.
 *
 * <p>Everything is open to any role unless an administrator revoked it, or a provider hides a setting of its own: what
 * is refused is unknown, and said. A server checks the role that logged in, so this asks for {@code session_user}.
 *
 * <p>Superusers are held to no limit of role or database. What is reserved for them is subtracted for them, too: a pool
 * that takes it leaves nobody a way in.
 */
final class PostgresLimits {

    private static final String NOT_ALLOWED = "42501";

    /** Before version 16 there is no {@code reserved_connections}, and no role that may use them. */
    private static final String SETTINGS = """
            select current_setting('max_connections')::int,
              current_setting('superuser_reserved_connections')::int,
              case when current_setting('reserved_connections', true) is null then 0
                when pg_has_role(session_user, 'pg_use_reserved_connections', 'usage') then 0
                else current_setting('reserved_connections')::int end""";

    private static final String RDS = """
            select coalesce(current_setting('rds.rds_superuser_reserved_connections', true), '0')::int
            where not coalesce(pg_has_role(session_user, to_regrole('rds_superuser')::oid, 'usage'), false)""";

    private static final String ROLE =
            "select rolconnlimit, rolname from pg_roles where rolname = session_user and not rolsuper";

    private static final String DATABASE = """
            select datconnlimit, datname from pg_database
            where datname = current_database()
              and not (select rolsuper from pg_roles where rolname = session_user)""";

    private final Connection connection;
    private final List<Term> terms = new ArrayList<>();
    private final List<Unknown> unknown = new ArrayList<>();

    private PostgresLimits(Connection connection) {
        this.connection = connection;
    }

    static ConnectionLimits of(Connection connection) throws SQLException {
        return new PostgresLimits(connection).ask();
    }

    private ConnectionLimits ask() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            row.next();
            terms.add(new Term(Effect.TOTAL, "max_connections", row.getInt(1), "setting of the server"));
            reserve("superuser_reserved_connections", row.getInt(2));
            reserve("reserved_connections", row.getInt(3));
        }
        read("rds.rds_superuser_reserved_connections", "GRANT pg_read_all_settings", RDS, this::reserve);
        read("connection limit of the role", "GRANT SELECT ON pg_catalog.pg_roles", ROLE, (name, row) -> {
            limit("connection limit of role " + row.getString(2), row.getInt(1), "pg_roles.rolconnlimit");
        });
        read("connection limit of the database", "GRANT SELECT ON pg_catalog.pg_database", DATABASE, (name, row) -> {
            limit("connection limit of database " + row.getString(2), row.getInt(1), "pg_database.datconnlimit");
        });
        return new ConnectionLimits(terms, unknown);
    }

    private void reserve(String name, ResultSet row) throws SQLException {
        reserve(name, row.getInt(1));
    }

    private void reserve(String name, int connections) {
        if (connections > 0) {
            terms.add(new Term(Effect.RESERVED, name, connections, "setting of the server"));
        }
    }

    /** A limit of -1 is none; -2 marks a database that is being dropped, to which nobody connects. */
    private void limit(String name, int connections, String source) {
        if (connections >= 0) {
            terms.add(new Term(Effect.LIMIT, name, connections, source));
        }
    }

    private void read(String name, String grant, String sql, Reader reader) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            if (row.next()) {
                reader.read(name, row);
            }
        } catch (SQLException e) {
            if (!NOT_ALLOWED.equals(e.getSQLState())) {
                throw e;
            }
            String role = connection.getMetaData().getUserName();
            unknown.add(new Unknown(name, "not shown to this role; run: " + grant + " TO " + role));
        }
    }

    /** Makes something of the one row of an answer. */
    @FunctionalInterface
    private interface Reader {
        void read(String name, ResultSet row) throws SQLException;
    }
}
