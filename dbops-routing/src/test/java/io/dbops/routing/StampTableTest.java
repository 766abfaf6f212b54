package io.dbops.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.dbops.Node;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Backend;
import io.dbops.dialect.ServerIdentity;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class StampTableTest {

    private static final Backend BACKEND = new Backend(new ServerIdentity("1", "1", "", 0), 1, "1");

    private final RoutedNode node =
            new RoutedNode(0, Node.of("a", new PGSimpleDataSource(), new PGSimpleDataSource()), "test", null);
    private final StampTable table = new StampTable();

    private static Connection connection() {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, args) -> {
                    throw new AssertionError("a connection is known by its identity, not asked for it");
                });
    }

    private Stamp add(Connection connection) {
        var stamp = new Stamp(node, connection, BACKEND, 0);
        table.add(connection, stamp);
        return stamp;
    }

    @Test
    void findsEachConnectionByItsIdentity() {
        List<Connection> connections = new ArrayList<>();
        List<Stamp> stamps = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Connection connection = connection();
            assertThat(table.find(connection)).isNull();
            connections.add(connection);
            stamps.add(add(connection));
        }
        for (int i = 0; i < connections.size(); i++) {
            assertThat(table.find(connections.get(i))).isSameAs(stamps.get(i));
        }
    }

    @Test
    void addsFromManyThreadsAreAllFound() throws InterruptedException {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            connections.add(connection());
        }
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            List<Connection> mine = connections.subList(i * 100, i * 100 + 100);
            threads.add(new Thread(() -> mine.forEach(this::add)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(connections)
                .allSatisfy(connection -> assertThat(table.find(connection)).isNotNull());
    }

    @Test
    void forgetsConnectionsThatAreGone() throws Exception {
        Stamp stamp = add(connection());
        Queries.await("the collector has run", () -> {
            System.gc();
            return stamp.refersTo(null);
        });
        Connection kept = connection();
        Stamp keptStamp = add(kept);
        assertThat(table.find(kept)).isSameAs(keptStamp);
    }

    @Test
    void countsWhatConnectionsServedThatAreGone() throws Exception {
        Stamp gone = add(connection());
        gone.served(Reason.FRESH_REPLICA);
        gone.served(Reason.FRESH_REPLICA);
        Connection kept = connection();
        add(kept).served(Reason.FRESH_REPLICA);
        Queries.await("the collector has run", () -> {
            System.gc();
            return gone.refersTo(null);
        });
        assertThat(table.servedFor(Reason.FRESH_REPLICA)).isEqualTo(3);
        Connection another = connection();
        add(another).served(Reason.WRITE);
        assertThat(table.servedFor(Reason.FRESH_REPLICA)).isEqualTo(3);
        assertThat(table.servedFor(Reason.WRITE)).isEqualTo(1);
        assertThat(table.find(kept)).isNotSameAs(table.find(another));
    }

    @Test
    void countsWhatIsLeased() {
        Connection one = connection();
        Connection other = connection();
        Stamp first = add(one);
        Stamp second = add(other);
        first.leased();
        second.leased();
        assertThat(table.leased()).isEqualTo(2);
        first.released();
        assertThat(table.leased()).isEqualTo(1);
        assertThat(table.find(one)).isNotSameAs(table.find(other));
    }
}
