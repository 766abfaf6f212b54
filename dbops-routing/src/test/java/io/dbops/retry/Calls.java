package io.dbops.retry;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A connection of which something happens after each call. */
final class Calls {

    private Calls() {}

    /** What happens. */
    interface After {
        void call(String name, @Nullable Object result) throws SQLException;
    }

    static Connection of(Connection connection, After after) {
        return (Connection) Proxy.newProxyInstance(
                Calls.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    after.call(method.getName(), result);
                    return result;
                });
    }

    /** A connection that stays open when it is closed. */
    static Connection keptOpen(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Calls.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    try {
                        return method.getName().equals("close") ? null : method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
