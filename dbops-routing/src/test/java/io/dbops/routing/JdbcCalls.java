package io.dbops.routing;

import java.lang.reflect.Method;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.ShardingKey;
import java.sql.Statement;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.PGConnection;

/** Calls of each method of {@link Connection}, and a way to compare what they come to. */
final class JdbcCalls {

    private JdbcCalls() {}

    @FunctionalInterface
    interface Call {
        Object on(Connection connection) throws Exception;
    }

    @FunctionalInterface
    interface Action {
        void on(Connection connection) throws Exception;
    }

    /** A call of a method, named as {@link #name(Method)} names it, and what is special about it. */
    record Named(String method, String with, Call call) {
        @Override
        public String toString() {
            return method + (with.isEmpty() ? "" : " with " + with);
        }
    }

    static String name(Method method) {
        return method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static Named call(String method, Call call) {
        return new Named(method, "", call);
    }

    private static Named call(String method, String with, Call call) {
        return new Named(method, with, call);
    }

    private static Call doing(Action action) {
        return connection -> {
            action.on(connection);
            return "done";
        };
    }

    private static Properties properties(String... value) {
        var properties = new Properties();
        if (value.length > 0) {
            properties.setProperty("ApplicationName", value[0]);
        }
        return properties;
    }

    private static final int SCROLL = ResultSet.TYPE_SCROLL_INSENSITIVE;
    private static final int READ = ResultSet.CONCUR_READ_ONLY;
    private static final int HOLD = ResultSet.HOLD_CURSORS_OVER_COMMIT;

    static final List<Named> ALL = List.of(
            // statements
            call("createStatement()", Connection::createStatement),
            call("createStatement(int, int)", c -> c.createStatement(SCROLL, READ)),
            call("createStatement(int, int, int)", c -> c.createStatement(SCROLL, READ, HOLD)),
            call("prepareStatement(String)", c -> c.prepareStatement("select 1")),
            call("prepareStatement(String, int, int)", c -> c.prepareStatement("select 1", SCROLL, READ)),
            call("prepareStatement(String, int, int, int)", c -> c.prepareStatement("select 1", SCROLL, READ, HOLD)),
            call("prepareStatement(String, int)", c -> c.prepareStatement("select 1", Statement.NO_GENERATED_KEYS)),
            call("prepareStatement(String, int[])", c -> c.prepareStatement("select 1", new int[0])),
            call("prepareStatement(String, String[])", c -> c.prepareStatement("select 1", new String[0])),
            call("prepareCall(String)", c -> c.prepareCall("{ ? = call abs(?) }")),
            call("prepareCall(String, int, int)", c -> c.prepareCall("{ ? = call abs(?) }", SCROLL, READ)),
            call("prepareCall(String, int, int, int)", c -> c.prepareCall("{ ? = call abs(?) }", SCROLL, READ, HOLD)),
            call("nativeSQL(String)", c -> c.nativeSQL("select {fn now()}")),
            // transactions
            call("setAutoCommit(boolean)", "true", doing(c -> c.setAutoCommit(true))),
            call("setAutoCommit(boolean)", "false", doing(c -> c.setAutoCommit(false))),
            call("getAutoCommit()", Connection::getAutoCommit),
            call("commit()", doing(Connection::commit)),
            call("rollback()", doing(Connection::rollback)),
            call("setReadOnly(boolean)", "true", doing(c -> c.setReadOnly(true))),
            call("isReadOnly()", Connection::isReadOnly),
            call("setSavepoint()", Connection::setSavepoint),
            call("setSavepoint()", "its number", c -> c.setSavepoint().getSavepointId() >= 0),
            call("setSavepoint(String)", c -> c.setSavepoint("a \"name\"").getSavepointName()),
            call("setSavepoint(String)", "no number", c -> c.setSavepoint("a").getSavepointId()),
            call("rollback(Savepoint)", doing(c -> c.rollback(c.setSavepoint()))),
            call("rollback(Savepoint)", "twice", doing(c -> {
                Savepoint savepoint = c.setSavepoint("s");
                c.rollback(savepoint);
                c.rollback(savepoint);
            })),
            call("rollback(Savepoint)", "a released one", doing(c -> {
                Savepoint savepoint = c.setSavepoint();
                c.releaseSavepoint(savepoint);
                c.rollback(savepoint);
            })),
            call("rollback(Savepoint)", "one of the transaction before", doing(c -> {
                Savepoint savepoint = c.setSavepoint();
                c.rollback();
                c.setSavepoint();
                c.rollback(savepoint);
            })),
            call("rollback(Savepoint)", "no transaction", doing(c -> {
                Savepoint savepoint = c.setSavepoint();
                c.rollback();
                c.rollback(savepoint);
            })),
            call("releaseSavepoint(Savepoint)", doing(c -> c.releaseSavepoint(c.setSavepoint("s")))),
            // settings
            call("setCatalog(String)", doing(c -> c.setCatalog("app"))),
            call("getCatalog()", Connection::getCatalog),
            call("setSchema(String)", doing(c -> c.setSchema("pg_catalog"))),
            call("setSchema(String)", "none", doing(c -> c.setSchema(null))),
            call("getSchema()", Connection::getSchema),
            call("getSchema()", "after setting it", c -> {
                c.setSchema("pg_catalog");
                return c.getSchema();
            }),
            call(
                    "setTransactionIsolation(int)",
                    doing(c -> c.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE))),
            call("setTransactionIsolation(int)", "none", doing(c -> c.setTransactionIsolation(0))),
            call("setTransactionIsolation(int)", "99", doing(c -> c.setTransactionIsolation(99))),
            call("getTransactionIsolation()", Connection::getTransactionIsolation),
            call("setHoldability(int)", doing(c -> c.setHoldability(HOLD))),
            call("setHoldability(int)", "99", doing(c -> c.setHoldability(99))),
            call("getHoldability()", Connection::getHoldability),
            call("getHoldability()", "after setting it", c -> {
                c.setHoldability(HOLD);
                return c.getHoldability();
            }),
            call("setTypeMap(Map)", doing(c -> c.setTypeMap(Map.of("x", String.class)))),
            call("getTypeMap()", Connection::getTypeMap),
            call("getTypeMap()", "after setting it", c -> {
                c.setTypeMap(Map.of("x", String.class));
                return c.getTypeMap();
            }),
            call("setNetworkTimeout(Executor, int)", doing(c -> c.setNetworkTimeout(Runnable::run, 20_000))),
            call("setNetworkTimeout(Executor, int)", "no executor", c -> {
                c.setNetworkTimeout(null, 20_000);
                return c.getNetworkTimeout();
            }),
            call("setNetworkTimeout(Executor, int)", "-1", doing(c -> c.setNetworkTimeout(Runnable::run, -1))),
            call("getNetworkTimeout()", Connection::getNetworkTimeout),
            call("setClientInfo(String, String)", c -> {
                c.setClientInfo("ApplicationName", "a name");
                return c.getClientInfo("ApplicationName");
            }),
            call("setClientInfo(String, String)", "no value", c -> {
                c.setClientInfo("ApplicationName", null);
                return c.getClientInfo();
            }),
            call("setClientInfo(String, String)", "an unknown name", doing(c -> c.setClientInfo("Colour", "blue"))),
            call("setClientInfo(Properties)", c -> {
                c.setClientInfo(properties("another name"));
                return c.getClientInfo();
            }),
            call("setClientInfo(Properties)", "nothing in it", c -> {
                c.setClientInfo(properties());
                return c.getClientInfo();
            }),
            call("getClientInfo()", Connection::getClientInfo),
            call("getClientInfo(String)", c -> c.getClientInfo("ApplicationName")),
            // what the driver makes
            call("createArrayOf(String, Object[])", c -> c.createArrayOf("int4", new Object[] {1, 2})),
            call("createArrayOf(String, Object[])", "an unknown type", c -> c.createArrayOf("no", new Object[] {1})),
            call("createStruct(String, Object[])", c -> c.createStruct("t", new Object[] {1})),
            call("createBlob()", Connection::createBlob),
            call("createClob()", Connection::createClob),
            call("createNClob()", Connection::createNClob),
            call("createSQLXML()", Connection::createSQLXML),
            // the rest
            call("getMetaData()", Connection::getMetaData),
            call("getWarnings()", Connection::getWarnings),
            call("clearWarnings()", doing(Connection::clearWarnings)),
            call("unwrap(Class)", "Connection", c -> c.unwrap(Connection.class)),
            call("unwrap(Class)", "PGConnection", c -> c.unwrap(PGConnection.class)),
            call("unwrap(Class)", "String", c -> c.unwrap(String.class)),
            call("isWrapperFor(Class)", "Connection", c -> c.isWrapperFor(Connection.class)),
            call("isWrapperFor(Class)", "PGConnection", c -> c.isWrapperFor(PGConnection.class)),
            call("isWrapperFor(Class)", "String", c -> c.isWrapperFor(String.class)),
            call("isValid(int)", c -> c.isValid(5)),
            call("isValid(int)", "-1", c -> c.isValid(-1)),
            call("beginRequest()", doing(Connection::beginRequest)),
            call("endRequest()", doing(Connection::endRequest)),
            call("setShardingKey(ShardingKey)", doing(c -> c.setShardingKey(null))),
            call("setShardingKey(ShardingKey, ShardingKey)", doing(c -> c.setShardingKey(null, null))),
            call("setShardingKeyIfValid(ShardingKey, int)", c -> c.setShardingKeyIfValid(null, 1)),
            call(
                    "setShardingKeyIfValid(ShardingKey, ShardingKey, int)",
                    c -> c.setShardingKeyIfValid((ShardingKey) null, null, 1)),
            // the end
            call("close()", doing(Connection::close)),
            call("close()", "twice", doing(c -> {
                c.close();
                c.close();
            })),
            call("isClosed()", Connection::isClosed),
            call("abort(Executor)", c -> {
                c.abort(Runnable::run);
                return c.isClosed();
            }),
            call("abort(Executor)", "no executor", doing(c -> c.abort(null))));

    /** What a call came to: a value that two connections can agree on, or the kind of failure. */
    static String outcome(Call call, Connection connection) {
        try {
            return describe(call.on(connection));
        } catch (SQLException e) {
            return kind(e) + " " + e.getSQLState();
        } catch (Exception e) {
            return e.getClass().getSimpleName();
        }
    }

    /** The class of an exception that JDBC knows: drivers have their own below it. */
    private static String kind(SQLException error) {
        Class<?> type = error.getClass();
        while (!type.getPackageName().equals("java.sql")) {
            type = type.getSuperclass();
        }
        return type.getSimpleName();
    }

    private static String describe(Object value) throws SQLException {
        if (value instanceof Array array) {
            return "an array of " + array.getBaseTypeName() + ": " + Arrays.toString((Object[]) array.getArray());
        }
        return Stream.of(Connection.class, Statement.class, DatabaseMetaData.class, Savepoint.class, SQLXML.class)
                .filter(type -> type.isInstance(value))
                .findFirst()
                .map(type -> "a " + type.getSimpleName())
                .orElseGet(() -> value instanceof PGConnection ? "a PGConnection" : String.valueOf(value));
    }

    /** The methods of an interface, each under its name. */
    static Map<String, Method> methods(Class<?> type) {
        var methods = new LinkedHashMap<String, Method>();
        for (Method method : type.getMethods()) {
            methods.put(name(method), method);
        }
        return methods;
    }
}
