package io.dbops.routing;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;

/** A data source whose queries can be held before they are sent, or after they were answered, or fail. */
final class GatedDataSource {

    final Gate questions = new Gate();
    final Gate answers = new Gate();
    final AtomicBoolean fails = new AtomicBoolean();

    private final DataSource delegate;

    GatedDataSource(DataSource delegate) {
        this.delegate = delegate;
    }

    DataSource dataSource() {
        return proxy(DataSource.class, delegate);
    }

    private <T> T proxy(Class<T> type, Object target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> call(target, method, args)));
    }

    private Object call(Object target, Method method, Object[] args) throws Throwable {
        boolean query = method.getName().equals("executeQuery");
        if (query) {
            if (fails.get()) {
                throw new AssertionError("planted: the question fails");
            }
            questions.pass();
        }
        Object result;
        try {
            result = method.invoke(target, args);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
        if (query) {
            answers.pass();
        }
        if (result instanceof Connection && method.getName().equals("getConnection")) {
            return proxy(Connection.class, result);
        }
        return method.getName().equals("createStatement") ? proxy(Statement.class, result) : result;
    }
}
