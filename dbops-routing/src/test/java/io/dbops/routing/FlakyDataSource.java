package io.dbops.routing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;

/** A data source that can be made to refuse, and notes when it was asked for a connection. */
final class FlakyDataSource {

    private final DataSource delegate;
    private final List<Long> asked = new CopyOnWriteArrayList<>();
    private final Queue<Connection> given = new ConcurrentLinkedQueue<>();
    private volatile boolean refusing;

    FlakyDataSource(DataSource delegate) {
        this.delegate = delegate;
    }

    DataSource dataSource() {
        return (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (self, method, args) -> call(method, args));
    }

    private Object call(Method method, Object[] args) throws Throwable {
        boolean connecting = method.getName().equals("getConnection");
        if (connecting) {
            asked.add(System.nanoTime());
            if (refusing) {
                throw new SQLException("planted: no connection", "08001");
            }
        }
        try {
            Object result = method.invoke(delegate, args);
            if (connecting) {
                given.add((Connection) result);
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** Gives no more connections, and counts from zero. */
    void refuse() {
        refusing = true;
        asked.clear();
    }

    /** Gives no more connections, ends those it gave, and counts from zero. */
    void cutOff() throws SQLException {
        refuse();
        for (Connection connection : given) {
            connection.abort(Runnable::run);
        }
    }

    /** How often it was asked since it refuses. */
    int asked() {
        return asked.size();
    }

    /** How long after one time that it was asked, counted from 1, another one came. */
    Duration between(int earlier, int later) {
        return Duration.ofNanos(asked.get(later - 1) - asked.get(earlier - 1));
    }
}
